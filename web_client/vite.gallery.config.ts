import { fileURLToPath, URL } from "node:url";

import tailwindcss from "@tailwindcss/vite";
import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vitest/config";

import product from "./vite.config.ts";
import { traditionalTexts } from "./vite.traditional.ts";

/**
 * The gallery (src/gallery): every component in every state, for the eyes of developers and for pictures in tests. A build of
 * its own without a service worker; nothing of it is in `dist/`.
 */
export default defineConfig({
  ...product,
  plugins: [vue(), tailwindcss(), traditionalTexts()],
  publicDir: "src/gallery/public",
  build: {
    target: "es2022",
    outDir: "dist-gallery",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    minify: false,
    reportCompressedSize: false,
    modulePreload: { polyfill: false },
    rolldownOptions: { input: fileURLToPath(new URL("./gallery.html", import.meta.url)) },
  },
});
