/** Metrics that moved further than the team that watches them lets them. Metrics that nobody watches are shown, and no findings. */
import { reportError } from "../../report-error.ts";
import type { OwnerGates } from "../gates/owner-gates.ts";
import type { ReportInput } from "../report-input.ts";
import type { Metric } from "../report-schema.ts";
import type { Draft } from "./value-findings.ts";

/** Of all metrics together, adjusted: more is luck. */
const Q_MAX = 0.05;

/** @throws GraphError TENON2037 for a gate of a metric that there is not */
export function metricFindings(
  { gates, groups }: Pick<ReportInput, "gates" | "groups">,
  metrics: readonly Metric[],
): readonly Draft[] {
  if (metrics.length === 0) return [];
  return Object.entries(gates).flatMap(([owner, { metrics: gated }]) =>
    Object.entries(gated).flatMap(([name, gate]) => {
      const metric = metrics.find((each) => each.name === name);
      // A reason that nothing was dropped for has no metric in this corpus.
      if (metric === undefined && !name.startsWith("dropped ")) throw noMetric(owner, name, metrics);
      return metric === undefined || !isBeyond(metric, gate) ? [] : [draftOf(owner, metric, gate, groups)];
    }),
  );
}

type Gate = OwnerGates[string]["metrics"][string];

/** Beyond the gate, and by more than chance: the interval is free of 0, and so it is after all metrics were looked at. */
export function isBeyond({ delta, deltaShare, low, high, q }: Metric, { fall, rise }: Gate): boolean {
  if (q > Q_MAX || (low <= 0 && high >= 0)) return false;
  // From nothing to something is any share.
  const share = deltaShare ?? Math.sign(delta) * Number.POSITIVE_INFINITY;
  return (fall !== undefined && share < -fall) || (rise !== undefined && share > rise);
}

function draftOf(owner: string, metric: Metric, { fall, rise }: Gate, groups: ReportInput["groups"]): Draft {
  const { name, base, head, deltaShare, low, high, unit, n, segment } = metric;
  const moved = deltaShare === null ? "from 0" : `${deltaShare > 0 ? "+" : ""}${percent(deltaShare)}`;
  const gate = [fall === undefined ? "" : `fall ${percent(fall)}`, rise === undefined ? "" : `rise ${percent(rise)}`];
  // Serving runs give the metrics; the change with the most of them is the likely cause, and told as that.
  const [likely] = groups.filter(({ entries }) => entries.some(({ host }) => host === "admixer"));
  return {
    ...{ kind: "metrics", severity: "review", graph: likely?.graph.name ?? "", node: name, owner, place: null },
    title: `${name} goes ${shown(base)} → ${shown(head)} ${unit} (${moved}), more than ${owner} lets it: ${gate.filter(Boolean).join(", ")}`,
    causes:
      likely === undefined
        ? []
        : [
            {
              kind: "upstream",
              detail: `node "${likely.root}" (${likely.owner}) changed in ${likely.entries.length} runs`,
            },
          ],
    ...{ entriesAffected: 0, entriesCompared: n, downstream: [] },
    effect: [
      `difference ${shown(low)} to ${shown(high)} at 95 %`,
      ...(segment === null ? [] : [`most in ${segment.name}: ${shown(segment.delta)}`]),
    ],
    ...{ fields: [], fieldsMore: 0, examples: [] },
  };
}

function noMetric(owner: string, name: string, metrics: readonly Metric[]): Error {
  return reportError("wrongSettings", {
    message: `${owner} has a gate of metric "${name}", which there is not`,
    detail: `metrics: ${metrics.map((each) => each.name).join(", ")}`,
    hint: "write the name as the report does",
  });
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`;
}

function shown(value: number): string {
  return String(Number(value.toPrecision(4)));
}
