import { gather } from "./gather";

/** All English texts: the base's own and one file per feature. */
export default gather(
  import.meta.glob<Record<string, unknown>>(["../locales/en.json", "../features/*/locales/en.json"], {
    eager: true,
    import: "default",
  }),
);
