/** A process of its own for some seeds: what killed simulated processes leave in memory goes with it. One line per seed. */
import { runSeed } from "./seeded-simulation.ts";

const [from = 0, to = 0] = process.argv.slice(2).map(Number);
for (let seed = from; seed < to; seed++) process.stdout.write(`${JSON.stringify(await runSeed(seed))}\n`);
