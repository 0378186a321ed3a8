import { ref, type Ref } from "vue";

/** True when a newer client is installed and waits to take over. */
export const updateReady: Ref<boolean> = ref(false);
let waiting: ServiceWorker | null = null;

/** Install the service worker; browsers without one, and insecure origins, simply go without. */
export async function registerWorker(): Promise<void> {
  if (!("serviceWorker" in navigator) || !import.meta.env.PROD) return;
  try {
    const registration = await navigator.serviceWorker.register("/worker.js", { scope: "/" });
    const note = (worker: ServiceWorker | null): void => {
      if (worker?.state !== "installed" || navigator.serviceWorker.controller === null) return;
      waiting = worker;
      updateReady.value = true;
    };
    note(registration.waiting);
    registration.addEventListener("updatefound", () => {
      const installing = registration.installing;
      installing?.addEventListener("statechange", () => {
        note(installing);
      });
    });
  } catch {
    // Without the worker the page works as before; there is nothing to tell the reader.
  }
}

/** Let the waiting version take over, then load it. */
export function takeUpdate(): void {
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    location.reload();
  });
  waiting?.postMessage("activate");
}
