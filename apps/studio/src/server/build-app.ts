/** Builds the page into the folder that is named: `node build-app.ts FOLDER`. */
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { build, defaultClientConditions } from "vite";
import { CONTENT_POLICY } from "./content-policy.ts";

const folder = process.argv[2];
if (folder === undefined) throw new Error("expected the folder to build into");

await build({
  configFile: false,
  logLevel: "warn",
  root: resolve(dirname(fileURLToPath(import.meta.url)), "../app"),
  // Relative addresses: the same files work below any path, and from a folder.
  base: "./",
  // What is shared with other packages comes from their sources too: a checkout has nothing else.
  resolve: { conditions: ["@tenon/source", ...defaultClientConditions] },
  plugins: [
    react(),
    {
      name: "content-policy",
      transformIndexHtml: (html: string) => html.replace("%CONTENT_POLICY%", CONTENT_POLICY),
    },
  ],
  build: {
    outDir: resolve(folder),
    emptyOutDir: true,
    target: "es2023",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
  },
});
