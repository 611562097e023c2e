/** The same shape on public libraries, each used the way its documentation shows for a graph of dependent functions. */
// @ts-expect-error the package has no types
import auto from "async/auto.js";
import { Effect } from "effect";
// @ts-expect-error its types are not reachable through its exports map
import grfn from "grfn";
import { forkJoin, from, lastValueFrom, map, mergeMap, type Observable, of, shareReplay } from "rxjs";
import type { NodeFunction, ShapeNode } from "./shape.ts";

export type Peer = (
  shape: readonly ShapeNode[],
  functions: Record<string, NodeFunction>,
  respond: readonly string[],
) => () => Promise<unknown>;

const CTX = {};

function bag(node: ShapeNode, values: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const inputs: Record<string, number> = {};
  node.reads.forEach((name, at) => {
    inputs[name] = values[at]?.[name] as number;
  });
  return inputs;
}

const pick = (respond: readonly string[], records: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(respond.map((name) => [name, (records[name] as Record<string, number>)[name]]));

/** grfn 1: function → functions it depends on, one promise per vertex; the vertex nobody depends on is the answer. */
export const grfnPeer: Peer = (shape, functions, respond) => {
  type Vertex = (...values: never[]) => unknown;
  const request: Vertex = (...[value]: number[]) => ({ request: value });
  const vertexOf = new Map<string, Vertex>([["request", request]]);
  const vertices: [Vertex, Vertex[]?][] = [[request]];
  for (const node of shape) {
    const run = functions[node.name] as NodeFunction;
    const vertex: Vertex = (...values: Record<string, number>[]) => run(bag(node, values), CTX);
    vertexOf.set(node.name, vertex);
    vertices.push([vertex, node.reads.map((name) => vertexOf.get(name) as Vertex)]);
  }
  vertices.push([
    (...values: never[]) => Object.assign({}, ...values),
    respond.map((name) => vertexOf.get(name) as Vertex),
  ]);
  const run = (grfn as unknown as (vertices: unknown) => (request: number) => Promise<unknown>)(vertices);
  return () => run(1);
};

/** async.auto 3, the tasks made once. */
export const asyncAutoPeer: Peer = (shape, functions, respond) => {
  type Done = (error: unknown, value?: unknown) => void;
  const tasks: Record<string, unknown> = { request: (done: Done) => done(null, { request: 1 }) };
  for (const node of shape) {
    const run = functions[node.name] as NodeFunction;
    tasks[node.name] = [
      ...node.reads,
      (results: Record<string, Record<string, number>>, done: Done) => {
        const record = run(
          bag(
            node,
            node.reads.map((name) => results[name] as Record<string, number>),
          ),
          CTX,
        );
        if (record instanceof Promise) record.then((value) => done(null, value), done);
        else done(null, record);
      },
    ];
  }
  return async () => pick(respond, (await auto(tasks as never)) as Record<string, unknown>);
};

/** Longest path from the request: nodes of one level may run together. */
function levels(shape: readonly ShapeNode[]): ShapeNode[][] {
  const depth = new Map<string, number>([["request", 0]]);
  const byLevel: ShapeNode[][] = [];
  for (const node of shape) {
    const level = Math.max(...node.reads.map((name) => depth.get(name) ?? 0)) + 1;
    depth.set(node.name, level);
    const members = byLevel[level - 1];
    if (members === undefined) byLevel[level - 1] = [node];
    else members.push(node);
  }
  return byLevel;
}

/** effect 4: `Effect.all` with unbounded concurrency per level. */
export const effectPeer: Peer = (shape, functions, respond) => {
  const stages = levels(shape);
  return () =>
    Effect.runPromise(
      Effect.gen(function* () {
        const records: Record<string, Record<string, number>> = { request: { request: 1 } };
        for (const stage of stages) {
          const effects = stage.map((node) => {
            const run = functions[node.name] as NodeFunction;
            const inputs = bag(
              node,
              node.reads.map((name) => records[name] as Record<string, number>),
            );
            return node.remote ? Effect.promise(async () => run(inputs, CTX)) : Effect.sync(() => run(inputs, CTX));
          });
          const results = yield* Effect.all(effects, { concurrency: "unbounded" });
          stage.forEach((node, at) => {
            records[node.name] = results[at] as Record<string, number>;
          });
        }
        return pick(respond, records);
      }),
    );
};

/** rxjs 7: forkJoin of the dependencies, shared by their readers. */
export const rxjsPeer: Peer = (shape, functions, respond) => () => {
  const streams = new Map<string, Observable<Record<string, number>>>([["request", of({ request: 1 })]]);
  const streamOf = (name: string) => streams.get(name) as Observable<Record<string, number>>;
  for (const node of shape) {
    const run = functions[node.name] as NodeFunction;
    streams.set(
      node.name,
      forkJoin(node.reads.map(streamOf)).pipe(
        mergeMap((values) => {
          const record = run(bag(node, values), CTX);
          return record instanceof Promise
            ? from(record as Promise<Record<string, number>>)
            : of(record as Record<string, number>);
        }),
        shareReplay(1),
      ),
    );
  }
  return lastValueFrom(
    forkJoin(respond.map(streamOf)).pipe(map((records) => Object.assign({}, ...records) as unknown)),
  );
};
