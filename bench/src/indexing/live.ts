/** From the commit of an advertiser's edit to the index: unloaded, at a steady rate, beside a flood of content, after an outage. */
import { loadavg } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import { untilQuiet } from "@tenon/indexer";
import { ContentSignals } from "@tenon/nodes";
import { atLeast, atMost, type Goal, notMeasured, type Part, type Row, rounded } from "../harness/report.ts";
import { percentile } from "../streams/server.ts";
import { Advertisers } from "./advertisers.ts";
import { Follower } from "./follower.ts";
import { STAGES, type System, startSystem } from "./system.ts";

export interface LiveAmounts {
  readonly ads: number;
  readonly warmUpSeconds: number;
  readonly seconds: number;
  readonly outageEdits: number;
  /** What has not come this long after the last edit counts with its age, ms. */
  readonly settleMsMax: number;
}

const PER_SECOND = 200;
const UNLOADED_PER_SECOND = 5;
/** Of a run beside a flood: control changes, and content signals per control change. */
const LANE_PER_SECOND = 10;
const FLOOD = 50;

interface Measured {
  readonly missing: number;
  readonly row: Row;
  readonly deltaP50: number;
  readonly deltaP99: number;
  readonly controlP99: number;
}

export async function live({ ads, warmUpSeconds, seconds, outageEdits, settleMsMax }: LiveAmounts): Promise<Part> {
  const system = await startSystem(ads);
  const follower = new Follower(system.stores.log, system.marketplace);
  try {
    await system.start(STAGES);
    await follower.start();
    const advertisers = new Advertisers(system, follower);
    const measure = (workload: string, perSecond: number, forSeconds: number) =>
      measured({ system, follower, advertisers }, { workload, perSecond, seconds: forSeconds, settleMsMax });
    const flood = new Flood(system);
    const quiet = async () => {
      await advertisers.settled(settleMsMax);
      return untilQuiet(system.stores, { maxMs: 2 * settleMsMax }).then(
        () => "yes",
        () => "no",
      );
    };
    // All that is measured below, once: the engine compiles in the first seconds of a process.
    flood.start(LANE_PER_SECOND * FLOOD);
    const cold = await measure("first seconds of the processes, beside the flood", PER_SECOND, warmUpSeconds);
    await flood.stop();
    await quiet();
    const unloaded = await measure("unloaded", UNLOADED_PER_SECOND, seconds);
    const lanesAlone = await measure("lanes, without the flood", LANE_PER_SECOND, seconds);
    flood.start(LANE_PER_SECOND * FLOOD);
    const lanesBeside = await measure("lanes, beside the flood", LANE_PER_SECOND, seconds);
    const signals = await flood.stop();
    const drained = await quiet();
    const loaded = await measure("loaded", PER_SECOND, seconds);
    const outage = await afterOutage({ system, follower, advertisers }, { outageEdits, settleMsMax });
    const size = `${ads} ads, ${STAGES.length} processes, embedded log`;
    return {
      goals: [
        atMost("I1.p50", `commit to applied, p50 ms at ${PER_SECOND} edits/s; ${size}`, loaded.deltaP50, 100),
        atMost("I1.p99", `commit to applied, p99 ms at ${PER_SECOND} edits/s; ${size}`, loaded.deltaP99, 500),
        atMost(
          "I2",
          `short cut, commit to control message, p99 ms at ${PER_SECOND} edits/s; ${size}`,
          loaded.controlP99,
          100,
        ),
        atMost("I2.unloaded", `short cut, p99 ms at ${UNLOADED_PER_SECOND} edits/s; ${size}`, unloaded.controlP99, 100),
        laneGoal(lanesAlone, lanesBeside, size),
        atLeast(
          "I4",
          `documents/s applied after an outage of ${outageEdits} edits; ${size}`,
          outage.perSecond,
          PER_SECOND,
        ),
      ],
      rows: [cold.row, unloaded.row, lanesAlone.row, { ...lanesBeside.row, signals, drained }, loaded.row, outage.row],
    };
  } finally {
    await follower.stop();
    await system.stop();
  }
}

/** A ratio to a run in which something has not come at all says nothing. */
function laneGoal(alone: Measured, beside: Measured, size: string): Goal {
  const what = `p99 of high beside ${FLOOD} content signals per edit ÷ p99 without, at ${LANE_PER_SECOND} edits/s; ${size}`;
  if (alone.missing > 0)
    return notMeasured("I5", what, "<= 2", `without the flood ${alone.missing} had not come in time`);
  return atMost("I5", what, beside.deltaP99 / alone.deltaP99, 2);
}

interface Parts {
  readonly system: System;
  readonly follower: Follower;
  readonly advertisers: Advertisers;
}

async function measured(
  { system, follower, advertisers }: Parts,
  {
    workload,
    perSecond,
    seconds,
    settleMsMax,
  }: { readonly workload: string; readonly perSecond: number } & Pick<LiveAmounts, "seconds" | "settleMsMax">,
): Promise<Measured> {
  follower.deltaMs.length = 0;
  follower.controlMs.length = 0;
  const before = { deltas: follower.deltas, cpu: system.cpu(), own: process.cpuUsage() };
  const made = await advertisers.edit({ perSecond, seconds });
  const missing = await advertisers.settled(settleMsMax);
  follower.giveUp();
  const documents = follower.deltas - before.deltas;
  const { user, system: kernel } = process.cpuUsage(before.own);
  const cpu = system.cpu().map(({ role, ms }) => {
    const spent = ms - (before.cpu.find((each) => each.role === role)?.ms ?? 0);
    return [`${role}CpuMsPerDocument`, rounded(spent / Math.max(1, documents))] as const;
  });
  const deltaMs = follower.deltaMs.toSorted((one, other) => one - other);
  const controlMs = follower.controlMs.toSorted((one, other) => one - other);
  const of = (values: readonly number[], share: number) => rounded(percentile(values, share));
  const [load = 0] = loadavg();
  return {
    missing,
    deltaP50: percentile(deltaMs, 0.5),
    deltaP99: percentile(deltaMs, 0.99),
    controlP99: percentile(controlMs, 0.99),
    row: {
      ...{ workload, wantedPerSecond: perSecond, editsPerSecond: rounded(made), seconds, documents, missing },
      ...{ p50Ms: of(deltaMs, 0.5), p99Ms: of(deltaMs, 0.99), samples: deltaMs.length },
      ...{ controlP50Ms: of(controlMs, 0.5), controlP99Ms: of(controlMs, 0.99), controlSamples: controlMs.length },
      ...Object.fromEntries(cpu),
      serverAndAdvertisersCpuMsPerDocument: rounded((user + kernel) / 1_000 / Math.max(1, documents)),
      loadAverage: rounded(load),
    },
  };
}

/**
 * Everything is killed, edits go on, everything starts again: documents a second from the start of the processes on. How fast it goes
 * once documents come is a row of its own: with few edits the start of the processes is most of the time.
 */
async function afterOutage(
  { system, follower, advertisers }: Parts,
  { outageEdits: edits, settleMsMax }: Pick<LiveAmounts, "outageEdits" | "settleMsMax">,
) {
  await system.kill(STAGES);
  await advertisers.editMany(edits);
  const before = follower.deltas;
  follower.pulls.length = 0;
  const startedMs = performance.now();
  await system.start(STAGES);
  const startMs = performance.now() - startedMs;
  const missing = await advertisers.settled(2 * settleMsMax);
  const seconds = (performance.now() - startedMs) / 1_000;
  const documents = follower.deltas - before;
  return {
    perSecond: documents / seconds,
    row: {
      workload: "after an outage",
      edits,
      documents,
      missing,
      seconds: rounded(seconds),
      processesStartMs: rounded(startMs),
      ...ratesOf(follower.pulls, startedMs),
    },
  };
}

/** The first documents only say when the others begin: they count for no rate of theirs. */
function ratesOf(pulls: Follower["pulls"], startedMs: number): Row {
  const [first, last] = [pulls[0], pulls.at(-1)];
  if (first === undefined || last === undefined) return {};
  const seconds = (last.atMs - first.atMs) / 1_000;
  return {
    firstDocumentMs: rounded(first.atMs - startedMs),
    lastDocumentMs: rounded(last.atMs - startedMs),
    ...(seconds > 0 && { perSecondFromFirst: rounded((last.deltas - first.deltas) / seconds) }),
  };
}

/** Content signals at a rate: counts of ads, which go by the low lane. */
class Flood {
  readonly #system: System;
  #version = 1_000;
  #sent = 0;
  /** Sent before the last start. */
  #before = 0;
  #isRunning = false;
  #running: Promise<void> = Promise.resolve();

  constructor(system: System) {
    this.#system = system;
  }

  start(perSecond: number): void {
    this.#isRunning = true;
    const startedMs = performance.now();
    this.#before = this.#sent;
    this.#running = (async () => {
      for (; this.#isRunning; await pause(20)) {
        const due = Math.floor(((performance.now() - startedMs) / 1_000) * perSecond) - (this.#sent - this.#before);
        if (due > 0) await this.#send(due);
      }
    })();
  }

  /** Resolves with how many signals were sent since the start. */
  async stop(): Promise<number> {
    this.#isRunning = false;
    await this.#running;
    return this.#sent - this.#before;
  }

  async #send(count: number): Promise<void> {
    const { ads } = this.#system.marketplace;
    const records = Array.from({ length: count }, () => {
      const { adId } = ads[this.#sent++ % ads.length] as (typeof ads)[number];
      const impressions = 1_000 + (++this.#version % 5_000);
      const value = {
        ...{ kind: "performance", adId, version: this.#version, observedAtMs: Date.now(), impressions7d: impressions },
        ...{ clicks7d: 3, impressions30d: 4 * impressions, clicks30d: 9, conversions30d: 1, hides30d: 1 },
        ...{ spend7dMicros: 5, reviewScore: 0.7 },
      };
      return ContentSignals.record({ key: `performance:${adId}`, timeMs: value.observedAtMs, value: value as never });
    });
    await this.#system.stores.log.append(records);
  }
}
