/// <reference lib="webworker" />
import { cleanupOutdatedCaches, createHandlerBoundToURL, precacheAndRoute, type PrecacheEntry } from "workbox-precaching";
import { NavigationRoute, registerRoute } from "workbox-routing";

/**
 * Keeps the shell of the client on the device so that it opens without a network.
 * Never answers for `/api` or `/ws`: nothing a member wrote or may read is cached here.
 */
declare const self: ServiceWorkerGlobalScope & { __WB_MANIFEST: (PrecacheEntry | string)[] };

precacheAndRoute(self.__WB_MANIFEST);
cleanupOutdatedCaches();
registerRoute(new NavigationRoute(createHandlerBoundToURL("/index.html"), { denylist: [/^\/api(\/|$)/, /^\/ws(\/|$)/] }));

// A new version waits until the page asks for it, so that two versions never run in one page.
self.addEventListener("message", (event) => {
  if (event.data === "activate") void self.skipWaiting();
});
