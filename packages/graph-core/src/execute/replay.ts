/** Replaying a recorded run: the recording answers for resources, time, seed, quality and switches. */
import { GraphError } from "../contract/error.ts";
import type { AnyResource } from "../contract/resource.ts";
import { decodeValue, encodeValue } from "../schema/index.ts";
import type { FeatureSchema } from "../values/feature-schema.ts";
import type { Executor } from "./executor.ts";
import { wrongOption } from "./option-errors.ts";
import { type RecordedFailure, type RecordedRead, type Recording, readKey } from "./record.ts";
import type { RunContext, RunHooks } from "./run-context.ts";

export interface ReplayOptions {
  /** Replaces request slots, by name: what-if on the same reads. */
  readonly override?: Readonly<Record<string, unknown>>;
  /** Runs checked (the default), so that a node that writes to its inputs is named. */
  readonly checked?: boolean;
  /** Settles a recorded asynchronous read; default: at once. A schedule test hands them back in another order. */
  readonly deliver?: (result: () => unknown) => Promise<unknown>;
  /** Feature schemas of the snapshots that request slots and recorded reads hold. */
  readonly schemas?: readonly FeatureSchema[];
  /** `asBound`: pinned resources may be of other versions than were recorded (a dev run). Default `recorded`. */
  readonly versions?: "recorded" | "asBound";
  /** Names of nodes that are called although the recorded run had switched them off, or cut them. */
  readonly switchedOn?: readonly string[];
  /**
   * Answers a read that was not recorded from those of the same method that were: by row, where the method answers each
   * row for itself. `undefined`: it cannot, and the read is a miss.
   */
  readonly compose?: (read: AskedRead, recorded: readonly unknown[]) => unknown;
  /** What the run tells, and takes from elsewhere, node by node; for a checked replay. */
  readonly hooks?: RunHooks;
}

/** A read as a node asks it. */
export interface AskedRead {
  readonly resource: string;
  readonly method: string;
  readonly args: readonly unknown[];
}

/**
 * Repeats a recorded run: resources answer from the recording, time, seed, quality and switches are the recorded ones.
 * A read that was not recorded is a hard miss (TENON1304), never a live call. Pinned resources must be bound to the
 * recorded versions (TENON1302) unless `versions` says otherwise.
 */
export function replayRun<Request, Response, Uses extends string>(
  executor: Executor<Request, Response, Uses>,
  recording: Recording,
  options: ReplayOptions = {},
): { readonly ctx: RunContext; readonly request: Request; readonly response: Promise<Response> } {
  requireSameGraph(executor, recording, options.override);
  const reads = new RecordedReads(recording, options);
  // What was cut then is not called now, and nothing is cut now: the answer may not depend on how fast this process is.
  const off = new Set([...recording.switchedOff, ...recording.cut]);
  for (const name of options.switchedOn ?? []) off.delete(name);
  const ctx = executor.begin({
    requestId: recording.requestId,
    nowMs: recording.nowMs,
    seed: recording.seed,
    quality: recording.quality,
    checked: options.checked ?? true,
    unhurried: true,
    ...(recording.deadlineMs !== undefined && { deadlineMs: recording.deadlineMs }),
    // Another version of the graph may have lost a node, or its right to degrade.
    switchedOff: executor.plan.nodes
      .filter(({ wired, degradable }) => degradable && off.has(wired.name))
      .map(({ wired }) => wired.name),
    wrapResource: (token, value) => reads.wrap(token, value),
    ...options.hooks,
  });
  if (options.versions !== "asBound") requireVersions(executor.versions(ctx), recording);
  const request = { ...(decodeValue(recording.request, options.schemas) as object), ...options.override } as Request;
  return { ctx, request, response: new Promise((resolve) => resolve(executor.execute(request, ctx))) };
}

function requireVersions(bound: Readonly<Record<string, string>>, recording: Recording): void {
  for (const [name, version] of Object.entries(recording.versions)) {
    if (bound[name] === version) continue;
    throw new GraphError(`resource "${name}" is bound to another version than was recorded`, {
      code: "TENON1302",
      category: "resource",
      graph: recording.graph,
      detail: `recorded "${version}", bound "${bound[name]}"`,
      hint: "bind the recorded version to replay; to compare versions use a dev run",
    });
  }
}

function requireSameGraph(
  executor: {
    readonly graphName: string;
    readonly plan: { readonly graph: { readonly request: readonly { readonly name: string }[] } };
  },
  recording: Recording,
  override: ReplayOptions["override"],
): void {
  const { graphName, plan } = executor;
  const refuse = (name: string, expected: string, found: unknown): never => {
    throw wrongOption({ graphName, call: "replayRun", name, expected, found });
  };
  if (recording.graph !== graphName) refuse("recording", `one of graph "${graphName}"`, recording.graph);
  const names = plan.graph.request.map(({ name }) => name);
  const unknown = Object.keys(override ?? {}).find((name) => !names.includes(name));
  if (unknown !== undefined) refuse("override", `request slots (${names.join(", ")})`, unknown);
}

interface Answered {
  readonly async: boolean;
  readonly result: RecordedRead["result"];
}

/** Answers of one replay: equal questions get their recorded answers in the order they are asked. */
class RecordedReads {
  readonly #recording: Recording;
  readonly #options: ReplayOptions;
  readonly #reads = new Map<string, RecordedRead[]>();
  readonly #asked = new Map<string, number>();

  constructor(recording: Recording, options: ReplayOptions) {
    this.#recording = recording;
    this.#options = options;
    for (const read of recording.reads) {
      const key = `${read.resource}.${read.method}(${read.argumentDigest})`;
      const known = this.#reads.get(key);
      if (known === undefined) this.#reads.set(key, [read]);
      else known.push(read);
    }
  }

  wrap(token: AnyResource, value: unknown): unknown {
    if (token.methods === undefined) return value;
    const { deliver = async (result: () => unknown) => result() } = this.#options;
    const wrapped: Record<string, (...args: readonly unknown[]) => unknown> = {};
    for (const method of token.methods) {
      wrapped[method] = (...args) => {
        const { key } = readKey(token.name, method, args);
        const read = this.#next(key) ?? this.#composed({ resource: token.name, method, args });
        if (read === undefined) throw missingRead(token, method, key, this.#recording);
        const give = (): unknown => {
          if (read.result instanceof Uint8Array) return decodeValue(read.result, this.#options.schemas);
          throw errorOf(read.result);
        };
        return read.async ? deliver(give) : give();
      };
    }
    return Object.freeze(wrapped);
  }

  /** A read made of recorded ones; encoded, so that it is given as they are. */
  #composed(asked: AskedRead): Answered | undefined {
    const { compose, schemas } = this.#options;
    if (compose === undefined) return undefined;
    const recorded = this.#recording.reads.filter(
      ({ resource, method }) => resource === asked.resource && method === asked.method,
    );
    const results = recorded.flatMap(({ result }) =>
      result instanceof Uint8Array ? [decodeValue(result, schemas)] : [],
    );
    const answer = compose(asked, results);
    return answer === undefined
      ? undefined
      : { async: recorded.some((read) => read.async), result: encodeValue(answer) };
  }

  #next(key: string): RecordedRead | undefined {
    const reads = this.#reads.get(key);
    if (reads === undefined) return undefined;
    const asked = this.#asked.get(key) ?? 0;
    this.#asked.set(key, asked + 1);
    return reads[Math.min(asked, reads.length - 1)];
  }
}

function errorOf({ error, name, code }: RecordedFailure): Error {
  // One of ours keeps its code when it fails a node; whose fault it was is the resource's, seen from here.
  if (name === "GraphError" && code !== undefined && error.startsWith(`${code} `)) {
    return new GraphError(error.slice(code.length + 1), { code: code as GraphError["code"], category: "resource" });
  }
  return Object.assign(new Error(error), name !== undefined && { name }, code !== undefined && { code });
}

function missingRead(token: AnyResource, method: string, key: string, recording: Recording): GraphError {
  const asked = `method "${method}" of resource "${token.name}" (owner ${token.owner})`;
  return new GraphError(`${asked} was not asked this in the recorded run`, {
    code: "TENON1304",
    category: "resource",
    graph: recording.graph,
    detail: `missing: ${key}; recorded: ${recording.reads.filter((read) => read.resource === token.name).length} reads of this resource`,
    hint: "the code now asks for something else than it did then; record again, or find the node whose inputs changed",
  });
}
