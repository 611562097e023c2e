/**
 * The long fault run: `npm run test:faults -- --kills 500 --seeds 10000 [--seed S] [--from N] [--kafka 100000]`.
 *
 * `--seed` is the first simulation seed and decides the kills; `--from` goes on with a stopped run's simulations.
 * `--kafka` is the number of events of the run over three brokers, per client; 0, the default, leaves it out.
 */
import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { runKafka, runKills } from "./run-kills.ts";
import { runSeeds } from "./run-seeds.ts";

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "500" },
    seeds: { type: "string", default: "10000" },
    kafka: { type: "string", default: "0" },
    seed: { type: "string" },
    from: { type: "string" },
  },
});
const SEED_MAX = 2 ** 30;
const seed = Number(values.seed ?? randomInt(SEED_MAX));
const from = Number(values.from ?? seed);
const say = (text: string) => process.stdout.write(`${text}\n`);
const problems: string[] = [];
const startedMs = performance.now();
const seconds = (sinceMs: number) => (performance.now() - sinceMs) / 1_000;

say(`seed ${seed}: repeat with --seed ${seed}`);
const seeds = seed + Number(values.seeds) - from;
if (seeds > 0) {
  const sinceMs = performance.now();
  const told = await runSeeds(from, seeds, (next, done) =>
    say(`${done} of ${seeds} simulations; go on with --seed ${seed} --from ${next}`),
  );
  problems.push(...told.problems);
  say(
    `simulations: ${told.seeds} seeds, ${told.events} events, ${told.kills} kills, ${told.fenced} batches fenced, caught up within ${told.slowestCatchUpMs} ms, ${(told.seeds / seconds(sinceMs)).toFixed(1)} per second, ${told.problems.length} problems`,
  );
}
if (Number(values.kills) > 0) {
  const sinceMs = performance.now();
  const told = await runKills(seed, Number(values.kills), (done) => say(`${done} of ${values.kills} kills`));
  problems.push(...told.problems);
  say(
    `kills: ${told.kills} workers, ${told.crashes} crashes of the server, ${told.events} events, ${(told.kills / seconds(sinceMs)).toFixed(2)} kills per second, ${told.problems.length} problems`,
  );
}
if (Number(values.kafka) > 0) {
  for (const client of ["kafkajs", "platformatic"] as const) {
    const told = await runKafka(client, seed, Number(values.kafka));
    problems.push(...told.problems);
    say(`kafka, ${client}: ${told.events} events, ${told.crashes} brokers killed, ${told.problems.length} problems`);
  }
}
for (const problem of problems) say(problem);
say(`${problems.length} problems after ${Math.round(seconds(startedMs))} s`);
process.exitCode = problems.length === 0 ? 0 : 1;
