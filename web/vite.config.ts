import { defineConfig, type Plugin } from "vite";

/** Nothing is painted before the page is there, so a chosen theme never flashes. */
const paintWhenReady: Plugin = {
  name: "paint-when-ready",
  transformIndexHtml: {
    order: "post",
    handler: (html) => html.replace('<script type="module"', '<script type="module" blocking="render"'),
  },
};

export default defineConfig({
  plugins: [paintWhenReady],
  resolve: {
    alias: {
      "react-dom/client": "preact/compat/client",
      "react/jsx-runtime": "preact/jsx-runtime",
      "react-dom": "preact/compat",
      react: "preact/compat",
    },
  },
  build: {
    outDir: "../src/aizuchi/surfaces/web/static/app",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: ["index.html", "compare.html"],
      // What says "use client" is meant for servers that render; there is none here.
      onLog: (level, log, pass) => (log.code === "MODULE_LEVEL_DIRECTIVE" ? undefined : pass(level, log)),
    },
  },
});
