/**
 * `node --conditions=@tenon/source apps/studio/scripts/sample-report.ts`: the report that the studio's tests open. Made by
 * the report's own builder, of real changes that are planted in a checkout.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildReport, checkOut } from "@tenon/dev-run/report";

/** A formula, a policy whose version stays, a handler. */
const EDITS = [
  {
    file: "packages/nodes/auction/score-bids/score-bids.ts",
    find: "ecpmMicros.set(row, score.ecpmMicros)",
    replace: "ecpmMicros.set(row, Math.round(score.ecpmMicros * 1.05))",
  },
  {
    file: "packages/admixer/src/resources/policies.ts",
    find: "adsPerCategoryMax: 4,",
    replace: "adsPerCategoryMax: 1,",
  },
  {
    file: "packages/nodes/argus/derive-offer/derive-offer.ts",
    find: "floorMicros: adFloor.columns.floorMicros,",
    replace: "floorMicros: adFloor.columns.floorMicros + 1_000,",
  },
];
const root = join(import.meta.dirname, "../../..");
const base = await checkOut(root, "HEAD");
const head = await checkOut(root, "HEAD");
try {
  for (const { file, find, replace } of EDITS) {
    const path = join(head.root, file);
    const text = readFileSync(path, "utf8");
    if (!text.includes(find)) throw new Error(`${file} no longer has ${find}`);
    writeFileSync(
      path,
      text.replace(find, () => replace),
    );
  }
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
