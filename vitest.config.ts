import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { propertySeedOf } from "./tools/tidy/src/report/seed-reporter.ts";

/** Workspace packages are read from their sources: vitest does not see the condition that npm gives to Node. */
const conditions = ["@tenon/source"];

/** CI counts tests from this file. */
const reportFile = process.env.TENON_TEST_REPORT;

const propertySeed = propertySeedOf(process.env.TENON_PROPERTY_SEED);

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ["{packages,apps,graphs,bench,tools,examples}/**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/dist/**", "**/.tenon/**", "tools/marketplace-data/**"],
    reporters: [
      "default",
      "./tools/tidy/src/report/skipped-reporter.ts",
      "./tools/tidy/src/report/seed-reporter.ts",
      ...(reportFile === undefined ? [] : ["json"]),
    ],
    ...(reportFile !== undefined && { outputFile: { json: reportFile } }),
    // Property tests and type budgets take seconds on a busy machine; a hanging test is caught all the same.
    // Many tests wait for processes of their own: one worker per core keeps two cores busy, the default of one less does not.
    maxWorkers: Math.max(2, availableParallelism()),
    setupFiles: ["./tools/tidy/src/report/property-seed.ts"],
    provide: { propertySeed },
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
