/**
 * Measures keyword search on the seeded workload: all postings against best first.
 * Run from the root: node --conditions=@tenon/source packages/ad-index/bench/measure-keywords.ts [ads] [topics|none] [queries]
 */
import { keywordWorkload, measureKeywords } from "./keyword-workload.ts";

const ads = Number(process.argv[2] ?? 100_000);
const order = process.argv[3] === "none" ? "none" : "topics";
const queries = Number(process.argv[4] ?? 100);
const workload = keywordWorkload({ ads, seed: 7, order });
for (const eligible of [1, 0.1, 0.01]) {
  for (const limit of [10, 200]) {
    for (const words of [1, 2, 4, 8]) {
      const measured = measureKeywords(workload, { words, limit, eligible }, { queries, rounds: 2 });
      const shown = Object.entries(measured).map(([name, value]) => `${name} ${value.toPrecision(3)}`);
      process.stdout.write(`${shown.join("  ")}\n`);
    }
  }
}
