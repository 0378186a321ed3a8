import "./styles/base.css";

import { createPinia } from "pinia";
import { createApp } from "vue";

import App from "./app/App.vue";
import { createAppRouter } from "./app/router";
import { registerWorker } from "./app/worker";
import { i18n, startLocale } from "./i18n";
import { useIdentity } from "./identity/identity";
import { usePreferences } from "./preferences/preferences";

async function start(): Promise<void> {
  const pinia = createPinia();
  usePreferences(pinia);
  const identity = useIdentity(pinia);
  const [, startFailed] = await Promise.all([
    startLocale(),
    identity.refresh().then(
      () => false,
      () => true,
    ),
  ]);
  createApp(App, { startFailed }).use(pinia).use(i18n).use(createAppRouter()).mount("#app");
  void registerWorker();
}

void start();
