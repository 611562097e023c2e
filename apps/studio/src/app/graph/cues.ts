/** What each box and line of the picture says: heat, fate of the ad, selection, differences. */
import { useMemo } from "react";
import type { CohortNode } from "../../data/cohort-document.ts";
import { duration, share } from "../../data/explain/money.ts";
import type { GraphDocument } from "../../data/graph-document.ts";
import type { StopLag } from "../../data/live-document.ts";
import { compareRuns } from "../run/compare.tsx";
import type { Route } from "../state/route.ts";
import type { Arrangement, PlacedBox } from "./arrange.ts";
import type { GraphPaneProps } from "./graph-pane.tsx";
import { HEATS, type Heat, heatOfCohort, heatOfLag, heatOfRun, stepOf, type Warmth, worst } from "./heat.ts";
import { type Facts, select } from "./select.ts";

export type Change = "added" | "removed" | "changed" | "affected";
/** By node name. */
export type GraphChanges = ReadonlyMap<string, Change>;

export interface Cue {
  readonly name: string;
  readonly owner: string;
  readonly line: string;
  readonly step: number;
  readonly selected: boolean;
  readonly dimmed: boolean;
  readonly critical: boolean;
  /** On the critical path, which is what is looked at. */
  readonly onPath: boolean;
  /** What became of the ad here. */
  readonly fate: "kept" | "dropped" | undefined;
  /** Worst outcome other than ok. */
  readonly trouble: string | undefined;
  readonly dropped: number;
  readonly logged: boolean;
  /** What is behind it holds it up. */
  readonly held: boolean;
  /** Times over the kept runs, for whoever looks closely. */
  readonly figures: { readonly of: string | undefined; readonly times: string; readonly fallback: string } | undefined;
  readonly change: Change | undefined;
  readonly count: number;
}

export interface Cues {
  readonly heat: Heat;
  readonly of: (box: PlacedBox) => Cue;
  /** Names of the nodes that the selection means; undefined without one. */
  readonly chosen: ReadonlySet<string> | undefined;
  /** Ids of boxes whose lines are told apart. */
  readonly lit: ReadonlySet<string>;
  readonly criticalPairs: ReadonlySet<string>;
  /** By `from to`. */
  readonly changedLines: GraphPaneProps["changedLines"];
}

const TROUBLES = ["failed", "timeout", "unfinished", "late", "fallback", "omitted", "switchedOff", "skipped"];

export function useCues(props: GraphPaneProps, route: Route, arranged: Arrangement): Cues {
  const { graph, run, cohort, ad, other, changes, changedLines, lags } = props;
  const asked = HEATS.map(([id]) => id).find((id) => id === route.heat);
  const heat = asked ?? (lags === undefined ? "owner" : "lag");
  return useMemo(() => {
    const all = cohort !== undefined && (route.scope === "all" || run === undefined);
    const warmth =
      lags !== undefined && heat === "lag"
        ? heatOfLag(lags)
        : all
          ? heatOfCohort(cohort.nodes, heat)
          : run === undefined
            ? new Map<string, Warmth>()
            : heatOfRun(run, heat);
    const differing =
      run === undefined || other === undefined
        ? new Set<string>()
        : new Set(compareRuns(run, other, graph).map(({ node }) => node));
    const factsOf = factsFor(props, differing);
    const chosen = select(graph, route.find ?? "", factsOf);
    const groups = new Map(graph.groups.map((group) => [group.id, group]));
    const membersOf = (id: string) => groups.get(id)?.nodes ?? [id];
    const declared = new Map(graph.nodes.map((node) => [node.name, node]));
    const ran = new Map((run?.nodes ?? []).map((node) => [node.name, node]));
    const dropsOf = new Map((run?.stages ?? []).map(({ node, drops }) => [node, drops.length]));
    const fateOf = new Map((ad?.steps ?? []).map(({ node, fate }) => [node, fate]));
    const together = new Map((cohort?.nodes ?? []).map((node) => [node.name, node]));
    const critical = new Set(run?.criticalPath ?? []);
    const of = (box: PlacedBox): Cue => {
      const members = membersOf(box.id);
      const group = groups.get(box.id);
      const hot =
        group === undefined
          ? (warmth.get(box.id) ?? { share: undefined, text: "" })
          : worst(members.map((name) => warmth.get(name)));
      const lagged = (lags ?? []).filter(({ name }) => members.includes(name));
      const outcomes = members.flatMap((name) => ran.get(name)?.outcome ?? []);
      const fates = members.flatMap((name) => fateOf.get(name) ?? []);
      const change = members
        .map((name) => changes?.get(name) ?? (differing.has(name) ? "changed" : undefined))
        .filter((each) => each !== undefined)
        // A group says the strongest of its members.
        .toSorted((one, other) => Number(one === "affected") - Number(other === "affected"))[0];
      return {
        name: group === undefined ? box.id : group.label,
        owner: group?.owner ?? declared.get(box.id)?.owner ?? "",
        line:
          hot.text !== ""
            ? hot.text
            : group === undefined
              ? (declared.get(box.id)?.owner ?? "")
              : nodesText(members.length),
        step: heat === "owner" ? 0 : stepOf(hot.share),
        selected: route.node !== undefined && members.includes(route.node) && box.kind !== "openGroup",
        dimmed: chosen !== undefined && !members.some((name) => chosen.has(name)),
        critical: members.some((name) => critical.has(name)),
        onPath: heat === "critical" && members.some((name) => critical.has(name)),
        fate: fates.includes("dropped") ? "dropped" : fates[0],
        held: lagged.some((lag) => lag.heldUp > 0),
        figures: figuresOf(members.flatMap((name) => together.get(name) ?? [])),
        trouble:
          troubleOf(lagged) ??
          TROUBLES.find((each) => outcomes.includes(each) && (group === undefined || each !== "skipped")),
        dropped: members.reduce((sum, name) => sum + (dropsOf.get(name) ?? 0), 0),
        logged: members.some((name) => declared.get(name)?.logged === true),
        change,
        count: members.length,
      };
    };
    const lit = new Set(arranged.boxes.filter((box) => of(box).selected).map(({ id }) => id));
    return { heat, of, chosen, lit, criticalPairs: pairsOf(graph, run?.criticalPath ?? [], arranged), changedLines };
  }, [
    props,
    route.scope,
    route.find,
    route.node,
    heat,
    arranged,
    graph,
    run,
    cohort,
    ad,
    other,
    changes,
    changedLines,
    lags,
  ]);
}

function factsFor({ run, cohort, changes }: GraphPaneProps, differing: ReadonlySet<string>): (node: string) => Facts {
  const ran = new Map((run?.nodes ?? []).map((node) => [node.name, node]));
  const together = new Map((cohort?.nodes ?? []).map((node) => [node.name, node]));
  return (name) => {
    const node = ran.get(name);
    const stage = run?.stages.find((each) => each.node === name);
    return {
      selfMs: node?.durationMs,
      waitMs: node?.waitMs,
      p99Ms: together.get(name)?.p99Ms ?? node?.durationMs,
      dropShare:
        stage === undefined || stage.entered.length === 0
          ? (together.get(name)?.dropShare ?? undefined)
          : stage.drops.length / stage.entered.length,
      critical: node?.critical === true,
      failed: node !== undefined && !["ok", "skipped", "notRun"].includes(node.outcome),
      changed: differing.has(name) || (changes?.get(name) ?? "affected") !== "affected",
      affected: changes?.get(name) === "affected",
    };
  };
}

/** `from to` of the boxes that the critical path leads through. */
function pairsOf(graph: GraphDocument, path: readonly string[], { boxes }: Arrangement): ReadonlySet<string> {
  const shown = new Map(boxes.map((box) => [box.id, box]));
  const boxIds = (name: string) =>
    [name, ...graph.groups.filter(({ nodes }) => nodes.includes(name)).map(({ id }) => id)].filter((id) =>
      shown.has(id),
    );
  const pairs = new Set<string>();
  for (const [at, name] of path.entries()) {
    const next = path[at + 1];
    if (next === undefined) continue;
    for (const from of boxIds(name)) for (const to of boxIds(next)) if (from !== to) pairs.add(`${from} ${to}`);
  }
  return pairs;
}

function troubleOf(lags: readonly StopLag[]): string | undefined {
  const parked = lags.reduce((sum, lag) => sum + lag.parked, 0);
  if (parked > 0) return `${parked} put aside`;
  return lags.some(({ paused }) => paused) ? "paused" : undefined;
}

/** Of a node, or of the slowest in a group. */
function figuresOf(nodes: readonly CohortNode[]): Cue["figures"] {
  const [slowest] = nodes.filter(({ runs }) => runs > 0).toSorted((one, other) => other.p99Ms - one.p99Ms);
  if (slowest === undefined) return undefined;
  const { name, p50Ms, p99Ms, fallbackShare } = slowest;
  return {
    of: nodes.length === 1 ? undefined : name,
    times: `p50 ${duration(p50Ms)} · p99 ${duration(p99Ms)}`,
    fallback: `${fallbackShare === 0 ? "no" : share(fallbackShare)} fallback`,
  };
}

export function nodesText(count: number): string {
  return `${count} ${count === 1 ? "node" : "nodes"}`;
}
