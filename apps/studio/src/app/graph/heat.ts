/** What the colour of a box tells. Five steps, in one hue from light to dark, each with as many ticks: colour is never alone. */
import type { CohortNode } from "../../data/cohort-document.ts";
import { bytes, duration, number, share } from "../../data/explain/money.ts";
import type { StopLag } from "../../data/live-document.ts";
import type { RunDocument, RunNode } from "../../data/run-document.ts";

export const HEATS = [
  ["owner", "Owner", "whose each node is"],
  ["self", "Self time", "from start to end, the longest hottest"],
  ["wait", "Waiting", "ready, and waiting for its turn"],
  ["critical", "Critical path", "what decided when the run ended; the rest shows its slack"],
  ["errors", "Errors", "failed, cut, or stood in for"],
  ["absent", "Absent outputs", "slots that were not there"],
  ["drops", "Drop rate", "candidates that left here"],
  ["lag", "Lag", "what waits before it, each tenfold a step hotter; hatched: what is behind holds it up"],
] as const;
export type Heat = (typeof HEATS)[number][0];
export const STEPS = 5;

export interface Warmth {
  /** 0 to 1; undefined: nothing to say of this node. */
  readonly share: number | undefined;
  readonly text: string;
}

const BAD = new Set(["failed", "timeout", "fallback", "late", "unfinished", "omitted"]);
const IDLE = new Set(["notRun", "skipped", "switchedOff"]);
const NONE: Warmth = { share: undefined, text: "" };

/** Of each node in one run, by name. */
export function heatOfRun(run: RunDocument, heat: Heat): ReadonlyMap<string, Warmth> {
  const longest = Math.max(0.001, ...run.nodes.map((node) => (heat === "wait" ? node.waitMs : node.durationMs)));
  return new Map(run.nodes.map((node) => [node.name, warmthOf(node, run, heat, longest)]));
}

function warmthOf(node: RunNode, run: RunDocument, heat: Heat, longest: number): Warmth {
  if (IDLE.has(node.outcome)) return NONE;
  switch (heat) {
    case "self":
      return { share: node.durationMs / longest, text: duration(node.durationMs) };
    case "wait":
      return { share: node.waitMs / longest, text: duration(node.waitMs) };
    case "critical": {
      if (!node.critical)
        return { share: undefined, text: node.slackMs === null ? "" : `slack ${duration(node.slackMs)}` };
      const part = run.durationMs === 0 ? 0 : (node.waitMs + node.durationMs) / run.durationMs;
      return { share: Math.min(1, part * 3), text: `${share(part)} of the run` };
    }
    case "errors":
      return { share: BAD.has(node.outcome) ? 1 : 0, text: node.outcome };
    case "absent": {
      const absent = run.slots.filter((slot) => slot.producer === node.name && slot.absent).length;
      return { share: absent > 0 ? 1 : 0, text: absent > 0 ? "absent" : "there" };
    }
    case "drops": {
      const stage = run.stages.find((each) => each.node === node.name);
      if (stage === undefined || stage.entered.length === 0) return NONE;
      const part = stage.drops.length / stage.entered.length;
      return { share: part, text: `${share(part)} dropped` };
    }
    default:
      return NONE;
  }
}

/** Of each node over many runs. */
export function heatOfCohort(nodes: readonly CohortNode[], heat: Heat): ReadonlyMap<string, Warmth> {
  const longest = Math.max(0.001, ...nodes.map((node) => (heat === "wait" ? node.waitMs : node.p99Ms)));
  return new Map(
    nodes.map((node): [string, Warmth] => {
      if (node.runs === 0) return [node.name, { share: undefined, text: "never ran" }];
      switch (heat) {
        case "self":
          return [
            node.name,
            { share: node.p99Ms / longest, text: `p50 ${duration(node.p50Ms)} · p99 ${duration(node.p99Ms)}` },
          ];
        case "wait":
          return [node.name, { share: node.waitMs / longest, text: `mean ${duration(node.waitMs)}` }];
        case "critical":
          return [node.name, { share: node.criticalShare, text: `critical in ${share(node.criticalShare)}` }];
        case "errors":
          return [node.name, { share: node.errorShare, text: share(node.errorShare) }];
        case "absent":
          return [node.name, { share: node.absentShare, text: share(node.absentShare) }];
        case "drops":
          return [
            node.name,
            node.dropShare === null ? NONE : { share: node.dropShare, text: `${share(node.dropShare)} dropped` },
          ];
        default:
          return [node.name, NONE];
      }
    }),
  );
}

/** Of each stop of the pipeline. */
export function heatOfLag(lags: readonly StopLag[]): ReadonlyMap<string, Warmth> {
  return new Map(
    lags.map((lag): [string, Warmth] => [lag.name, { share: lagStep(lag.waiting) / STEPS, text: lagText(lag) }]),
  );
}

/** What waits, as a step of the heat: each tenfold is one hotter. */
export function lagStep(waiting: number): number {
  return waiting <= 0 ? 0 : Math.min(STEPS, 1 + Math.floor(Math.log10(waiting)));
}

export function lagText({ waiting, unit, oldestMs }: StopLag): string {
  if (waiting === 0) return "nothing waits";
  const amount =
    unit === "bytes"
      ? bytes(waiting)
      : `${number(waiting)} ${waiting === 1 ? unit.replace(/(?<=ch)es$|s$/, "") : unit}`;
  return `${amount}${oldestMs === null ? "" : `, ${duration(oldestMs)}`}`;
}

/** 0: nothing; 1 to 5 from cool to hot. */
export function stepOf(part: number | undefined): number {
  if (part === undefined || part <= 0) return 0;
  return Math.min(STEPS, Math.max(1, Math.ceil(part * STEPS)));
}

/** A closed group shows the worst of what is in it. */
export function worst(warmths: readonly (Warmth | undefined)[]): Warmth {
  return warmths.reduce<Warmth>(
    (hot, each) => ((each?.share ?? -1) > (hot.share ?? -1) ? (each as Warmth) : hot),
    NONE,
  );
}
