/**
 * The long fault run: `npm run test:faults -- --kills 500 --seeds 10000 [--seed S] [--from N] [--kafka 100000] [--plant RULE] [--spike 60]`.
 *
 * `--seed` is the first simulation seed and decides the kills; `--from` goes on with a stopped run's simulations.
 * `--kafka` is the number of events of the run over three brokers, per client; 0, the default, leaves it out. `--client` takes
 * one client alone. `--plant` has its workers break a rule (`noFenceNorUnique`, `takeOnce`, …): the run must then fail. `--spike` is the
 * length of a spike of low work in seconds; 0, the default, leaves it out.
 */
import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import type { Planted } from "../worker-main.ts";
import { type KafkaRun, runKafka } from "./run-kafka.ts";
import { runKills } from "./run-kills.ts";
import { runSeeds } from "./run-seeds.ts";
import { runSpike, type Waits } from "./run-spike.ts";

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "500" },
    seeds: { type: "string", default: "10000" },
    kafka: { type: "string", default: "0" },
    spike: { type: "string", default: "0" },
    client: { type: "string" },
    plant: { type: "string" },
    seed: { type: "string" },
    from: { type: "string" },
  },
});
const CLIENTS: readonly KafkaRun["client"][] = ["kafkajs", "platformatic"];
const STORE_MUTANTS: readonly string[] = ["noFence", "noFenceNorUnique", "offsetFirst"];
const SEED_MAX = 2 ** 30;
const seed = Number(values.seed ?? randomInt(SEED_MAX));
const from = Number(values.from ?? seed);
const say = (text: string) => process.stdout.write(`${text}\n`);
const problems: string[] = [];
const startedMs = performance.now();
const seconds = (sinceMs: number) => (performance.now() - sinceMs) / 1_000;

// Ended early, it takes its brokers with it.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
say(`seed ${seed}: repeat with --seed ${seed}`);
const seeds = seed + Number(values.seeds) - from;
if (seeds > 0) {
  const sinceMs = performance.now();
  const told = await runSeeds(from, seeds, (next, done, wrong) =>
    say(`${done} of ${seeds} simulations, ${wrong.length} problems; go on with --seed ${seed} --from ${next}`),
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
const events = Number(values.kafka);
if (events > 0) {
  const plant = (
    STORE_MUTANTS.includes(values.plant ?? "") ? { mutant: values.plant } : { breaks: values.plant }
  ) as Planted;
  for (const client of CLIENTS.filter((each) => (values.client ?? each) === each)) {
    const told = await runKafka({ client, seed, events, plant, onStage: (what) => say(`kafka, ${client}: ${what}`) });
    problems.push(...told.problems);
    say(
      `kafka, ${client}: ${told.events} events, ${told.bounces} brokers killed or shut down, 1 worker killed, ${told.ended} ended by themselves, ${told.fenced} batches fenced, ${told.observed} messages seen meanwhile, ${told.problems.length} problems`,
    );
  }
}
if (Number(values.spike) > 0) {
  const told = await runSpike(Number(values.spike));
  problems.push(...told.problems);
  const waits = ({ p50Ms, p99Ms, records }: Waits) => `p50 ${p50Ms} ms, p99 ${p99Ms} ms of ${records}`;
  const { calm, busy, lowSent, lowDone, memoryMb } = told;
  say(
    `spike: urgent records wait ${waits(calm)} without, ${waits(busy)} with ${lowSent} low records (${lowDone} done); memory ${memoryMb.join(", ")} MB; ${told.problems.length} problems`,
  );
}
for (const problem of problems) say(problem);
say(`${problems.length} problems after ${Math.round(seconds(startedMs))} s`);
process.exitCode = problems.length === 0 ? 0 : 1;
