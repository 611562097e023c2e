/** What indexing runs write: documents by key, in both versions, column by column. */
import type { UnionGraph } from "../../compare/union-graph.ts";
import type { MeasuredPerformance } from "../performance/performance.ts";
import type { ReportInput } from "../report-input.ts";
import type { Report } from "../report-schema.ts";
import { convergence, indexing } from "./indexing.ts";

type Documents = Report["documents"];

const COLUMNS_MAX = 40;

/** Column → text of what it holds, of one document as some runs wrote it. */
type WrittenColumns = ReadonlyMap<string, string>;

interface WriteSetJson {
  readonly [entity: string]: {
    readonly groups?: Readonly<
      Record<string, readonly { readonly key: unknown; readonly columns: Readonly<Record<string, unknown>> }[]>
    >;
    readonly restores?: readonly { readonly key: unknown }[];
    readonly deletes?: readonly { readonly key: unknown }[];
  };
}

export function documents(input: ReportInput, runMs: MeasuredPerformance["runMs"]): Documents {
  const { compared, changes } = input;
  const runs = compared.entries.filter(({ host }) => host === "indexer");
  const columns = new Map<string, Documents["columns"][number]>();
  const handlers: Documents["handlers"] = [];
  let [added, removed, changed] = [0, 0, 0];
  const bytes = { base: 0, head: 0 };
  for (const graph of compared.graphs) {
    const ofGraph = runs.filter((entry) => entry.graph === graph.name);
    if (ofGraph.length === 0) continue;
    const keys = { base: new Set<string>(), head: new Set<string>() };
    for (const entry of ofGraph) {
      const [before, now] = [writtenBy(entry.base.answers), writtenBy(entry.head.answers)];
      for (const [key, held] of before) {
        keys.base.add(key);
        bytes.base += sizeOf(held);
        if (!now.has(key)) removed++;
      }
      for (const [key, held] of now) {
        keys.head.add(key);
        bytes.head += sizeOf(held);
        const known = before.get(key);
        if (known === undefined) added++;
        else if (note(columns, graph, key, known, held)) changed++;
      }
    }
    handlers.push(...handlerChanges(graph, changes, { base: keys.base.size, head: keys.head.size }));
  }
  return {
    runs: runs.length,
    ...{ added, removed, changed, bytes },
    columns: [...columns.values()].sort((one, other) => other.documents - one.documents).slice(0, COLUMNS_MAX),
    handlers,
    convergence: convergence(input, runs.length),
    indexing: indexing(input, runMs),
  };
}

/** Documents that one run writes, by entity and key. */
function writtenBy(answers: Readonly<Record<string, unknown>>): ReadonlyMap<string, WrittenColumns> {
  const written = new Map<string, Map<string, string>>();
  for (const answer of Object.values(answers)) {
    if (!isWriteSet(answer)) continue;
    for (const [entity, { groups = {}, restores = [], deletes = [] }] of Object.entries(answer)) {
      const at = (key: unknown) => {
        const name = `${entity} ${JSON.stringify(key)}`;
        const known = written.get(name) ?? new Map<string, string>();
        written.set(name, known);
        return known;
      };
      for (const [group, rows] of Object.entries(groups)) {
        for (const { key, columns } of rows) {
          for (const [column, value] of Object.entries(columns))
            at(key).set(`${group}.${column}`, JSON.stringify(value));
        }
      }
      for (const { key } of restores) at(key).set("#presence", "present");
      for (const { key } of deletes) at(key).set("#presence", "deleted");
    }
  }
  return written;
}

/** Whether the two hold something else; counts it for each column that does. */
function note(
  columns: Map<string, Documents["columns"][number]>,
  graph: UnionGraph,
  key: string,
  before: WrittenColumns,
  now: WrittenColumns,
): boolean {
  let differs = false;
  for (const column of new Set([...before.keys(), ...now.keys()])) {
    const [left, right] = [before.get(column), now.get(column)];
    if (left === right) continue;
    differs = true;
    const known = columns.get(`${graph.name} ${column}`);
    const example = `${key}: ${shown(left)} → ${shown(right)}`;
    const { owner } = graph.head.topology.graph;
    columns.set(`${graph.name} ${column}`, {
      ...{ handler: graph.name, column, owner },
      documents: (known?.documents ?? 0) + 1,
      example: known?.example ?? example,
    });
  }
  return differs;
}

/** Handlers whose request changed are woken by other changes than before. */
function handlerChanges(
  graph: UnionGraph,
  changes: ReportInput["changes"],
  count: { readonly base: number; readonly head: number },
): Documents["handlers"] {
  const [before, now] = [graph.base, graph.head].map(({ topology }) => new Set(topology.request)) as [
    Set<string>,
    Set<string>,
  ];
  const come = [...now.difference(before)].map((slot) => `also reads ${slot}`);
  const gone = [...before.difference(now)].map((slot) => `no longer reads ${slot}`);
  const schema = changes
    .flatMap(({ slots }) => slots)
    .filter((slot) => slot.graph === graph.name && now.has(slot.slot) && slot.change === "schema")
    .map(({ slot }) => `reads other columns of ${slot}`);
  const change = [...come, ...gone, ...schema].join(", ");
  if (change === "" && count.base === count.head) return [];
  const { owner, name } = graph.head.topology.graph;
  return [{ handler: name, owner, change: change || "writes another number of documents", documents: count }];
}

function isWriteSet(value: unknown): value is WriteSetJson {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const entities = Object.values(value);
  return (
    entities.length > 0 &&
    entities.every(
      (each) =>
        typeof each === "object" && each !== null && ("groups" in each || "restores" in each || "deletes" in each),
    )
  );
}

function sizeOf(held: WrittenColumns): number {
  let size = 0;
  for (const text of held.values()) size += text.length;
  return size;
}

const SHOWN_CHARACTERS = 80;

function shown(text: string | undefined): string {
  if (text === undefined) return "absent";
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}
