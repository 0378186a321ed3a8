import "../styles/base.css";
import "./gallery.css";

import { createPinia } from "pinia";
import { createApp, h, nextTick } from "vue";
import { createMemoryHistory, createRouter } from "vue-router";

import { richText } from "@/components/rich_text_loader";
import { FEATURES } from "@/features";
import { i18n, setLocale } from "@/i18n";
import { usePreferences } from "@/preferences/preferences";

import GalleryIndex from "./GalleryIndex.vue";
import GalleryPart from "./GalleryPart.vue";
import { lookOf } from "./look";
import { PARTS } from "./parts";
import { setStage } from "./stage";

/** A list of messages finds its place within this time (features/chat/sticky.ts), and then nothing moves for so many frames. */
const [LIST_SETTLES_MS, STILL_FRAMES] = [400, 12];

/** Where everything on the page lies that can be scrolled. */
const places = (): string => [...document.querySelectorAll("*")].map((one) => `${String(one.scrollTop)}/${String(one.scrollHeight)}`).join();

const frame = (): Promise<unknown> => new Promise((done) => requestAnimationFrame(done));

/** Pictures of a page are taken when this says `ready`: what is loaded lazily is there by then. */
async function settled(whole: boolean): Promise<void> {
  await document.fonts.ready;
  if (whole) await new Promise((done) => setTimeout(done, LIST_SETTLES_MS));
  // On a busy machine a list may still be short of its end; pictures show the newest message.
  for (const list of document.querySelectorAll("[role=list]")) list.scrollTop = list.scrollHeight;
  let [still, before] = [0, ""];
  while (whole && still < STILL_FRAMES) {
    await frame();
    const now = places();
    still = now === before ? still + 1 : 0;
    before = now;
  }
  for (let turn = 0; turn < 3; turn += 1) {
    await nextTick();
    await frame();
  }
  for (const image of document.images) image.loading = "eager";
  await Promise.all([...document.images].map((image) => image.decode().catch(() => undefined)));
}

async function start(): Promise<void> {
  const look = lookOf(location.search);
  const part = PARTS.find((one) => one.name === look.part);
  await setLocale(look.locale);
  document.documentElement.style.fontSize = `${String(look.type)}%`;

  const pinia = createPinia();
  usePreferences(pinia).theme = look.theme;
  setStage(pinia, look.locale);
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [...FEATURES.flatMap((feature) => feature.routes), { path: "/", name: "start", component: { render: () => null } }],
  });
  await router.push(part?.at ?? "/");

  richText.value = await import("@/components/rich_text");
  const drawn = (await part?.load())?.default;
  const app = createApp({ render: () => (drawn === undefined ? h(GalleryIndex, { look }) : h(GalleryPart, { look, drawn, page: part?.page === true })) });
  app.use(pinia).use(i18n).use(router).mount("#app");
  await settled(part?.page === true);
  document.documentElement.dataset["gallery"] = "ready";
}

void start();
