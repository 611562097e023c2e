/** One finding per node where runs part: what it gives, why, and what follows from it. */
import type { ComparedEntry } from "../../compare/compared.ts";
import { evenly } from "../../compare/evenly.ts";
import { type FieldDiff, fieldDiffs } from "../../compare/field-diffs.ts";
import { noiseKey } from "../../compare/field-noise.ts";
import { rulesOf } from "../../compare/field-rules.ts";
import type { RootGroup } from "../../compare/root-groups.ts";
import type { UnionNode } from "../../compare/union-graph.ts";
import { valuesOfBoth } from "../../compare/values-of-both.ts";
import type { RanEntry } from "../../versions/protocol.ts";
import type { ReportInput } from "../report-input.ts";
import type { Cause, Field, Finding } from "../report-schema.ts";
import { adChanges } from "../sections/rankings.ts";
import { causesOf, otherwise } from "./causes-of.ts";
import { approveCommand, compareCommand, showCommand } from "./commands.ts";

/** A finding before it has a number. */
export type Draft = Omit<Finding, "id" | "reproduce" | "approve">;

/** Entries whose values are fetched: of the slots of the root, and of everything behind it. */
const ENTRIES_OF_ROOT_MAX = 40;
const ENTRIES_BEHIND_MAX = 4;
const FIELDS_MAX = 20;
const EXAMPLES_MAX = 3;
/** Changed entries that the head repeats, to tell a change from a node that never gives the same twice. */
const REPEATED_MAX = 5;

export async function valueFindings(input: ReportInput): Promise<readonly Draft[]> {
  const drafts: Draft[] = [];
  for (const group of input.groups) drafts.push(await valueFinding(input, group));
  return drafts;
}

async function valueFinding(input: ReportInput, group: RootGroup): Promise<Draft> {
  const { graph, root, owner, entries } = group;
  const node = graph.nodes.find(({ name }) => name === root) as UnionNode;
  const fields = await fieldsOf(input, group, node);
  const own = causesOf(input, graph.name, node);
  const isRandom = await givesOtherwise(input, group, node);
  const random: Cause[] = isRandom
    ? [{ kind: "nondeterminism", detail: "two runs of the head on the same inputs gave different values" }]
    : [];
  const causes = [...random, ...(own.length === 0 && !isRandom ? [otherwise(input)] : own)];
  const compared = input.compared.entries.filter((entry) => entry.graph === graph.name).length;
  const failing = entries.filter(
    ({ base, head }) => base.failure === null && head.failure !== null && head.misses.length === 0,
  );
  const place = (node.head ?? node.base)?.place ?? null;
  return {
    kind: failing.length > 0 ? "failure" : "values",
    severity: failing.length > 0 ? "fail" : "review",
    title: titleOf(group, node, { compared, fields, failing, isRandom }),
    graph: graph.name,
    node: root,
    owner,
    place,
    causes,
    entriesAffected: entries.length,
    entriesCompared: compared,
    downstream: graph.nodes
      .filter(({ name }) => name !== root && group.nodes.includes(name))
      .map(({ name, owner: theirs }) => ({ node: name, owner: theirs })),
    effect: effectOf(group),
    fields: fields.slice(0, FIELDS_MAX),
    fieldsMore: Math.max(0, fields.length - FIELDS_MAX),
    examples: smallestFirst(entries)
      .slice(0, EXAMPLES_MAX)
      .map(({ requestId }) => requestId),
  };
}

/** Fields of the root's slots first, then of those behind it in the order of the graph. */
async function fieldsOf(input: ReportInput, group: RootGroup, node: UnionNode): Promise<readonly Field[]> {
  const { graph, slots, entries } = group;
  const inOrder = graph.nodes.flatMap(({ writes }) => writes).filter((slot) => slots.has(slot));
  const near = inOrder.filter((slot) => node.writes.includes(slot));
  const behind = inOrder.filter((slot) => !near.includes(slot));
  const asked = [
    { slots: near, entriesMax: ENTRIES_OF_ROOT_MAX },
    { slots: behind, entriesMax: ENTRIES_BEHIND_MAX },
  ];
  const rules = rulesOf(graph);
  const found = new Map<string, readonly FieldDiff[]>();
  for (const { slots: wanted, entriesMax } of asked) {
    const sample = evenly(entries, entriesMax);
    const values = await valuesOfBoth(input.compared, sample, wanted);
    for (const slot of wanted) {
      const pairs = values
        .filter(({ entry }) => entry.base.slots[slot] !== entry.head.slots[slot])
        .map(({ entry, base, head }) => ({
          requestId: entry.requestId,
          base: base.values[slot],
          head: head.values[slot],
        }));
      const noise = input.compared.noise.get(noiseKey(graph.name, slot));
      found.set(
        slot,
        fieldDiffs(slot, pairs, rules.get(slot), (path) => noise?.get(path)?.rate ?? 0),
      );
    }
  }
  const producer = (slot: string) => graph.nodes.find(({ writes }) => writes.includes(slot))?.name ?? "";
  return inOrder.flatMap((slot) => (found.get(slot) ?? []).map((diff) => fieldOf(diff, producer(slot))));
}

function fieldOf({ rule, ...diff }: FieldDiff, firstNode: string): Field {
  const raw = diff.entriesCompared === 0 ? 0 : diff.entriesChanged / diff.entriesCompared;
  return {
    ...diff,
    netRate: Math.max(0, raw - diff.noiseRate),
    tolerance: toleranceText(rule),
    firstNode,
    examples: [...diff.examples],
  };
}

function toleranceText(rule: FieldDiff["rule"]): string {
  if (rule?.unordered === true) return "as a set";
  if (rule?.tolerance === undefined) return "exact";
  return "ulp" in rule.tolerance ? `${rule.tolerance.ulp} ulp` : `relative ${rule.tolerance.relative}`;
}

interface TitleFacts {
  readonly compared: number;
  readonly fields: readonly Field[];
  readonly failing: readonly ComparedEntry[];
  readonly isRandom: boolean;
}

function titleOf({ root, owner, entries, graph }: RootGroup, node: UnionNode, facts: TitleFacts): string {
  const runs = `${entries.length} of ${facts.compared} runs of ${graph.name}`;
  const whose = `node "${root}" (${owner})`;
  if (facts.failing.length > 0)
    return `${whose} fails in ${facts.failing.length} of ${facts.compared} runs of ${graph.name}`;
  if (node.base === undefined) return `${whose} was added and takes part in ${runs}`;
  if (node.head === undefined) return `${whose} was removed and is missed in ${runs}`;
  if (facts.isRandom) return `${whose} is not deterministic: it gives other values each time, in ${runs}`;
  const own = facts.fields.filter(({ firstNode }) => firstNode === root);
  const [first] = own;
  const what = first === undefined ? "" : `: ${first.slot}${first.path === "" ? "" : `.${first.path}`}`;
  const more = own.length > 1 ? ` and ${own.length - 1} more` : "";
  return `${whose} gives other values in ${runs}${what}${more}`;
}

function effectOf({ graph, slots, entries }: RootGroup): string[] {
  const answered = [...graph.respond].filter((slot) => slots.has(slot));
  const lines = answered.map((slot) => `${slot} differs in ${slots.get(slot)} runs`);
  const { gained, lost } = adChanges(entries);
  if (gained + lost > 0) lines.push(`${gained} ads gained and ${lost} lost in answers`);
  const missing = entries.filter(({ head }) => head.misses.length > 0);
  if (missing.length > 0) {
    lines.push(`${missing.length} runs ask for something that was not recorded: what lies behind is not known`);
  }
  return lines;
}

/** Whether the head, asked again for the same runs, gives other values at this node. */
async function givesOtherwise({ compared }: ReportInput, { entries }: RootGroup, node: UnionNode): Promise<boolean> {
  const repeated = entries.slice(0, REPEATED_MAX);
  const again = await compared.headVersion.each<RanEntry>({
    ...{ kind: "run", entries: repeated.map(({ place }) => place), answers: [] },
  });
  return again.some((run, at) => node.writes.some((slot) => run.slots[slot] !== repeated[at]?.head.slots[slot]));
}

/** A run with few candidates is read at a glance. */
function smallestFirst(entries: readonly ComparedEntry[]): readonly ComparedEntry[] {
  const size = ({ base }: ComparedEntry) => base.stages[0]?.entered ?? 0;
  return entries.toSorted((one, other) => size(one) - size(other));
}

export function numbered(input: ReportInput, drafts: readonly Draft[]): readonly Finding[] {
  return drafts.map((draft, at) => {
    const id = `F${at + 1}`;
    const runs = draft.examples.slice(0, 1).map((requestId) => compareCommand(input, requestId));
    return { id, ...draft, reproduce: [showCommand(id), ...runs], approve: approveCommand(id) };
  });
}
