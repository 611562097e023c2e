/**
 * The pipeline as one graph: tasks, the change feed and handlers as nodes; topics and groups of rows as slots. For pictures: nothing
 * runs it. What two write has a slot of each, as a graph wants one producer.
 */
import { REQUEST_END, RESPOND_END, type Topology, type TopologyEdge, type TopologyNode } from "@tenon/graph-core";
import type { Handler, Task } from "@tenon/stream-runtime";
import { inputColumns, producedColumns } from "../lineage/handler-columns.ts";

export const PIPELINE_GRAPH = "indexing";
/** Stops of the way that are neither a task nor a handler. */
export const PIPELINE_STOPS = { changeLog: "change-log", changeFeed: "change-feed", publishing: "publishing" } as const;

export interface PipelineParts {
  /** Of the gateway and the updater. */
  readonly tasks: readonly Task[];
  readonly handlers: readonly Handler[];
}

interface Stop {
  readonly name: string;
  readonly owner: string;
  readonly purpose: string;
  /** Writers and what of theirs is read. */
  readonly reads: readonly (readonly [writer: string, what: string])[];
}

const SOURCE = "source rows";
const SIGNALS = "signals";
const SERVED = "index-deltas";

export function pipelineTopology({ tasks, handlers }: PipelineParts): Topology {
  const { changeLog, changeFeed, publishing } = PIPELINE_STOPS;
  const writersOf = (topic: string) =>
    tasks.filter(({ sinks }) => Object.values(sinks).some(({ name }) => name === topic));
  const fromTopic = (topic: string): Stop["reads"] => {
    const writers = writersOf(topic);
    if (writers.length > 0) return writers.map(({ name }) => [name, topic]);
    return topic.includes("signal") ? [[REQUEST_END, SIGNALS]] : [[changeLog, topic]];
  };
  const updaters = tasks.filter(({ writes }) => writes !== undefined);
  const publishers = handlers.filter(({ sinks }) => Object.keys(sinks).length > 0);
  const stops: readonly Stop[] = [
    {
      name: changeLog,
      owner: "ads-data",
      purpose: "reads what commits in the ads database",
      reads: [[REQUEST_END, SOURCE]],
    },
    ...tasks.map(({ name, owner, purpose, source }) => ({ name, owner, purpose, reads: fromTopic(source.name) })),
    {
      ...{ name: changeFeed, owner: "ads-streams", purpose: "tells handlers which columns of which rows changed" },
      reads: updaters.map(({ name }) => [name, "rows"] as const),
    },
    ...handlers.map((handler) => ({
      ...{ name: handler.name, owner: handler.owner, purpose: handler.purpose },
      reads: readsOf(handler, handlers),
    })),
    {
      ...{ name: publishing, owner: "ads-streams", purpose: "sends documents to serving hosts" },
      reads: publishers.map(({ name }) => [name, SERVED] as const),
    },
  ];
  return topologyOfStops(stops);
}

/** Groups that other handlers make, and what the change feed tells of the rest. */
function readsOf(handler: Handler, handlers: readonly Handler[]): Stop["reads"] {
  const made = new Map(
    handlers.flatMap((each) =>
      producedColumns(each).map(
        ({ entity, column }) => [`${entity.name}.${column.name}`, { each, entity, column }] as const,
      ),
    ),
  );
  const reads = new Map<string, readonly [string, string]>();
  for (const { entity, column } of inputColumns(handler)) {
    const from = made.get(`${entity.name}.${column.name}`);
    const read =
      from === undefined || from.each === handler
        ? ([PIPELINE_STOPS.changeFeed, `${entity.name}.${column.group}`] as const)
        : ([from.each.name, `${entity.name}.${column.group}`] as const);
    reads.set(read.join(" "), read);
  }
  return [...reads.values()];
}

function topologyOfStops(stops: readonly Stop[]): Topology {
  const keyOf = ([writer, what]: readonly [string, string]) => (writer === REQUEST_END ? what : `${what} of ${writer}`);
  const last = stops.at(-1) as Stop;
  const answer = [last.name, "served documents"] as const;
  const uses = [
    ...stops.flatMap(({ name, reads }) => reads.map((read) => ({ read, reader: name }))),
    { read: answer, reader: RESPOND_END },
  ];
  const bySlot = Map.groupBy(uses, ({ read }) => keyOf(read));
  const slots = [...bySlot].map(([key, own]) => {
    const [writer, what] = (own[0] as (typeof own)[number]).read;
    const requested = writer === REQUEST_END;
    return {
      ...{ key, name: key, owner: stops.find(({ name }) => name === writer)?.owner ?? "ads-data", summary: what },
      ...{ fingerprint: null, unit: null, tags: {}, place: null, requested, responded: key === keyOf(answer) },
      producer: requested ? null : writer,
      readers: own.flatMap(({ reader }) => (reader === RESPOND_END ? [] : [{ node: reader, as: "reads" as const }])),
    };
  });
  const edges = uses.map(
    ({ read, reader }): TopologyEdge => ({
      slot: keyOf(read),
      from: read[0],
      to: reader,
      as: reader === RESPOND_END ? "respond" : "reads",
    }),
  );
  const nodes = stops.map((stop) =>
    nodeOf(stop, {
      reads: stop.reads.map(keyOf),
      writes: slots.filter(({ producer }) => producer === stop.name).map(({ key }) => key),
    }),
  );
  return {
    graph: {
      ...{ name: PIPELINE_GRAPH, owner: "ads-streams", deadlineMs: null, place: null },
      purpose: "the way of a change, from the ads database to serving hosts",
    },
    ...{ request: slots.flatMap(({ key, requested }) => (requested ? [key] : [])), respond: [keyOf(answer)] },
    ...{ nodes, slots, edges, resources: [], layers: layersOf(stops), criticalPath: { nodes: [], ms: 0 } as never },
  };
}

function nodeOf(
  { name, owner, purpose }: Stop,
  { reads, writes }: Pick<TopologyNode, "reads" | "writes">,
): TopologyNode {
  return {
    ...{ name, kind: "node", owner, purpose, reads, writes, soft: [], uses: [], when: null, of: null, budgetMs: null },
    ...{ onFailure: "failRequest", retriesMax: 0, async: true, state: { kind: "active" }, subgraph: "", scores: [] },
    ...{ logs: [], merges: null, orders: null, columns: [], declassifies: null, processesFor: null, place: null },
  };
}

/** By the longest way from the source. Stops that read each other in a circle stay where they were met first. */
function layersOf(stops: readonly Stop[]): readonly (readonly string[])[] {
  const byName = new Map(stops.map((stop) => [stop.name, stop]));
  const depths = new Map<string, number>();
  const depthOf = (name: string, above: ReadonlySet<string>): number => {
    const known = depths.get(name);
    if (known !== undefined) return known;
    const writers = (byName.get(name)?.reads ?? [])
      .map(([writer]) => writer)
      .filter((each) => byName.has(each) && !above.has(each));
    const depth = 1 + Math.max(-1, ...writers.map((each) => depthOf(each, new Set([...above, name]))));
    depths.set(name, depth);
    return depth;
  };
  for (const { name } of stops) depthOf(name, new Set());
  const deepest = Math.max(...depths.values());
  return Array.from({ length: deepest + 1 }, (_, depth) =>
    stops.flatMap(({ name }) => (depths.get(name) === depth ? [name] : [])),
  );
}
