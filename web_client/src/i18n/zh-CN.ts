import { gather } from "./gather";

/** All Chinese texts: the base's own and one file per feature. */
export default gather(
  import.meta.glob<Record<string, unknown>>(["../locales/zh-CN.json", "../features/*/locales/zh-CN.json"], {
    eager: true,
    import: "default",
  }),
);
