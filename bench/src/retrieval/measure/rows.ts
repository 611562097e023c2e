/** Measurements as rows of the report. */
import { type Row, rounded } from "../../harness/report.ts";
import type { Measured } from "./rounds.ts";

export function rowOf(workload: string, measured: Measured): Row {
  const { tuned, recall } = measured;
  return {
    workload,
    point: measured.point,
    contender: measured.contender,
    qps50: rounded(1e6 / measured.p50Micros),
    qps50Least: rounded(1e6 / measured.p50LeastMicros),
    cpuMicros: rounded(measured.cpuMicros),
    longestMicros: rounded(measured.longestMicros),
    recall: rounded(recall.mean),
    recallWorst: recall.worst,
    recallP1: recall.p1,
    setting: tuned.setting,
    recallTuning: rounded(tuned.recall),
    ...(tuned.reached ? {} : { missed: "no setting reached the recall" }),
    queries: measured.queries,
    rounds: measured.rounds,
  };
}

export function rowsOf(workload: string, measured: readonly Measured[]): readonly Row[] {
  return measured.map((each) => rowOf(workload, each));
}

/** The measurements of one contender, by point. */
export function ofContender(measured: readonly Measured[], contender: string): readonly Measured[] {
  return measured.filter((each) => each.contender === contender);
}

/** Values of two contenders at the same points. */
export function pairs(
  measured: readonly Measured[],
  one: string,
  other: string,
): readonly (readonly [Measured, Measured])[] {
  return ofContender(measured, one).flatMap((left) => {
    const right = measured.find(({ contender, point }) => contender === other && point === left.point);
    return right === undefined ? [] : [[left, right] as const];
  });
}

/** Mean CPU time per query over all points of the first ÷ that of the second: every point weighs by what it costs. */
export function sweepRatio(measured: readonly Measured[], one: string, other: string): number {
  const both = pairs(measured, one, other);
  const sum = (side: 0 | 1) => both.reduce((total, pair) => total + pair[side].cpuMicros, 0);
  return sum(0) / sum(1);
}

/** Time per query of `planner`, in its fastest rounds, ÷ that of the fastest of `methods` that reaches the recall, at the worst point. */
export function worstRegret(measured: readonly Measured[], planner: string, methods: readonly string[]): number {
  return Math.max(
    ...ofContender(measured, planner).map((ours) => {
      const single = measured.filter(
        ({ contender, point, tuned }) => point === ours.point && methods.includes(contender) && tuned.reached,
      );
      return ours.p50LeastMicros / Math.min(...single.map(({ p50LeastMicros }) => p50LeastMicros));
    }),
  );
}
