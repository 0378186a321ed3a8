/// <reference types="vite/client" />

/** Version of this client, from package.json. */
declare const __CLIENT_VERSION__: string;

declare module "virtual:texts-zh-TW" {
  const texts: Record<string, unknown>;
  export default texts;
}

declare module "virtual:emoji-zh-TW" {
  const table: Readonly<Record<string, string>>;
  export default table;
}
