/**
 * `node --conditions=@tenon/source apps/studio/scripts/sample-report.ts`: the report that the studio's tests open. Made by
 * the report's own builder, of real changes that are planted in a checkout.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildReport, checkOut } from "@tenon/dev-run/report";
import { plant } from "../../../packages/cli/src/commands/report/planted/change.ts";
import { INDEXING_CHANGES } from "../../../packages/cli/src/commands/report/planted/indexing-changes.ts";
import { SERVING_CHANGES } from "../../../packages/cli/src/commands/report/planted/serving-changes.ts";

const PLANTED = ["changed formula", "policy config", "changed handler"];
const root = join(import.meta.dirname, "../../..");
const base = await checkOut(root, "HEAD");
const head = await checkOut(root, "HEAD");
try {
  for (const change of [...SERVING_CHANGES, ...INDEXING_CHANGES])
    if (PLANTED.includes(change.name)) plant(head.root, change);
  const report = await buildReport({
    base: { ...base, name: "main", changed: false },
    head: { ...head, name: "working tree", changed: true },
    refs: { base: "main", head: undefined },
    corpora: ["serving", "indexing"].map((name) => join(root, `packages/dev-run/corpora/${name}.runs`)),
    ...{ root, entriesMax: 60, seed: 20_261_123, expected: { expect: [], ignore: [] } },
    performance: { rounds: 3, entriesMax: 10 },
    onStep: (step) => console.error(step),
  });
  const text = `${JSON.stringify(report, null, 1)}\n`;
  writeFileSync(join(import.meta.dirname, "../testing/sample-report.json"), text);
} finally {
  await base.remove();
  await head.remove();
}
