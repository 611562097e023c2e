import { defineConfig } from "vitest/config";

const conditions = ["@tenon/source"];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ["{packages,graphs,bench,tools,examples}/**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/dist/**"],
  },
});
