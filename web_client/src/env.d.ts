/// <reference types="vite/client" />

/** Version of this client, from package.json. */
declare const __CLIENT_VERSION__: string;
