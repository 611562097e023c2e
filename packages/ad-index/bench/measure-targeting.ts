/**
 * Measures targeting on the seeded workload.
 * Run from the root: node --conditions=@tenon/source packages/ad-index/bench/measure-targeting.ts [ads]
 */
import { measureTargeting, targetingWorkload } from "./targeting-workload.ts";

const ads = Number(process.argv[2] ?? 100_000);
const measured = measureTargeting(targetingWorkload({ ads, users: 500, seed: 7 }), { measureMs: 3_000, evaluated: 60 });
for (const [name, value] of Object.entries(measured)) process.stdout.write(`${name.padEnd(26)} ${value.toFixed(1)}\n`);
