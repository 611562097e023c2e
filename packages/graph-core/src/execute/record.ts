/**
 * Recording and replaying one run. Everything that can differ between two runs of the same plan is in the recording:
 * the request slots, the seed, the request time, the quality, the switches and every read of a resource.
 * What is not recorded is not allowed to matter; a replay that differs names the node that leaked.
 */
import { hash } from "node:crypto";
import { GraphError } from "../contract/error.ts";
import type { AnyResource } from "../contract/resource.ts";
import { decodeValue, encodeValue } from "../schema/index.ts";
import type { Executor } from "./executor.ts";
import type { RunContext } from "./run-context.ts";

/** One read of a resource, as bytes of the canonical codec. */
export interface RecordedRead {
  readonly resource: string;
  readonly method: string;
  /** SHA-256 of the encoded arguments; signals are left out. */
  readonly argumentDigest: string;
  /** True where the resource answered with a promise. */
  readonly async: boolean;
  /** Encoded result, or the message of the error the read failed with. */
  readonly result: Uint8Array | { readonly error: string };
  /** False where a second read with equal arguments gave another result: the resource was not pinned. */
  stable: boolean;
}

export interface Recording {
  readonly graph: string;
  readonly planHash: string;
  readonly requestId: string;
  readonly nowMs: number;
  readonly seed: number;
  readonly quality: number;
  /** Names of the nodes that were switched off. */
  readonly switchedOff: readonly string[];
  /** Versions of the pinned resources, by name. */
  readonly versions: Readonly<Record<string, string>>;
  /** Encoded request slots. */
  readonly request: Uint8Array;
  readonly reads: readonly RecordedRead[];
  /** Encoded respond slots; absent when the run failed. */
  readonly response: Uint8Array | undefined;
}

type Methods = Readonly<Record<string, (...args: readonly unknown[]) => unknown>>;

/** Reads of one request may not exceed this: a node that polls is a defect. */
const READS_MAX = 10_000;

function readKey(resource: string, method: string, args: readonly unknown[]): { key: string; argumentDigest: string } {
  const kept = args.filter((arg) => !(arg instanceof AbortSignal));
  const argumentDigest = hash("sha256", encodeValue(kept));
  return { key: `${resource}.${method}(${argumentDigest})`, argumentDigest };
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === "function";
}

/** Keeps every read of one request's resources. */
class ReadRecorder {
  readonly reads = new Map<string, RecordedRead>();

  wrap(token: AnyResource, value: unknown): unknown {
    if (token.methods === undefined) return value;
    const wrapped: Record<string, (...args: readonly unknown[]) => unknown> = {};
    for (const method of token.methods) {
      wrapped[method] = (...args) => {
        const keep = this.#keeper(token.name, method, args);
        let result: unknown;
        try {
          result = (value as Methods)[method]?.(...args);
        } catch (error) {
          keep({ error: String((error as Error)?.message ?? error) }, false);
          throw error;
        }
        if (!isPromise(result)) {
          keep(encodeValue(result), false);
          return result;
        }
        return result.then(
          (found) => {
            keep(encodeValue(found), true);
            return found;
          },
          (error: unknown) => {
            keep({ error: String((error as Error)?.message ?? error) }, true);
            throw error;
          },
        );
      };
    }
    return Object.freeze(wrapped);
  }

  #keeper(
    resource: string,
    method: string,
    args: readonly unknown[],
  ): (result: RecordedRead["result"], async: boolean) => void {
    const { key, argumentDigest } = readKey(resource, method, args);
    return (result, async) => {
      const known = this.reads.get(key);
      if (known !== undefined) {
        known.stable &&= sameResult(known.result, result);
        return;
      }
      if (this.reads.size >= READS_MAX) {
        throw new GraphError(`resource "${resource}" was read more than ${READS_MAX} times in one request`, {
          code: "TENON1303",
          category: "node",
          hint: "read in one batch instead of one call per candidate",
        });
      }
      this.reads.set(key, { resource, method, argumentDigest, async, result, stable: true });
    };
  }
}

function sameResult(left: RecordedRead["result"], right: RecordedRead["result"]): boolean {
  if (left instanceof Uint8Array && right instanceof Uint8Array) return Buffer.compare(left, right) === 0;
  return !(left instanceof Uint8Array) && !(right instanceof Uint8Array) && left.error === right.error;
}

/** A run in progress whose reads are being kept. */
export interface RecordedRun<Response> {
  readonly ctx: RunContext;
  /** Settles as the run does. */
  readonly response: Promise<Response>;
  /** The recording, once `response` has settled. */
  readonly recording: () => Recording;
}

/** Runs the plan once and records it. Options are those of `Executor.begin`. */
export function recordRun<Request, Response, Uses extends string>(
  executor: Executor<Request, Response, Uses>,
  request: Request,
  options: Omit<Parameters<typeof executor.begin>[0], "wrapResource">,
): RecordedRun<Response> {
  const recorder = new ReadRecorder();
  const ctx = executor.begin({ ...options, wrapResource: (token, value) => recorder.wrap(token, value) });
  let answered: Response | undefined;
  const response = new Promise<Response>((resolve) => resolve(executor.execute(request, ctx))).then((value) => {
    answered = value;
    return value;
  });
  return {
    ctx,
    response,
    recording: () => ({
      graph: executor.graphName,
      planHash: executor.plan.planHash,
      requestId: ctx.requestId,
      nowMs: ctx.nowMs,
      seed: ctx.seed,
      quality: ctx.quality,
      switchedOff: executor.plan.nodes.filter((node) => ctx.switches[node.index] === 1).map((node) => node.wired.name),
      versions: executor.versions(ctx),
      request: encodeValue(request),
      reads: [...recorder.reads.values()],
      response: answered === undefined ? undefined : encodeValue(answered),
    }),
  };
}

export interface ReplayOptions {
  /** Replaces request slots, by name: what-if on the same reads. */
  readonly override?: Readonly<Record<string, unknown>>;
  /** Runs checked (the default), so that a node that writes to its inputs is named. */
  readonly checked?: boolean;
  /** Settles a recorded asynchronous read; default: at once. A schedule test hands them back in another order. */
  readonly deliver?: (result: () => unknown) => Promise<unknown>;
}

/**
 * Repeats a recorded run: resources answer from the recording, time, seed, quality and switches are the recorded ones.
 * A read that was not recorded is a hard miss (TENON1304), never a live call. Pinned resources must be bound to the
 * recorded versions (TENON1302).
 */
export function replayRun<Request, Response, Uses extends string>(
  executor: Executor<Request, Response, Uses>,
  recording: Recording,
  options: ReplayOptions = {},
): { readonly ctx: RunContext; readonly response: Promise<Response> } {
  const reads = new Map(
    recording.reads.map((read) => [`${read.resource}.${read.method}(${read.argumentDigest})`, read]),
  );
  const ctx = executor.begin({
    requestId: recording.requestId,
    nowMs: recording.nowMs,
    seed: recording.seed,
    quality: recording.quality,
    checked: options.checked ?? true,
    switchedOff: recording.switchedOff,
    wrapResource: (token, value) => replayed(token, value, reads, recording, options.deliver),
  });
  requireVersions(executor.versions(ctx), recording);
  const request = { ...(decodeValue(recording.request) as object), ...options.override } as Request;
  return { ctx, response: new Promise((resolve) => resolve(executor.execute(request, ctx))) };
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

function replayed(
  token: AnyResource,
  value: unknown,
  reads: ReadonlyMap<string, RecordedRead>,
  recording: Recording,
  deliver: (result: () => unknown) => Promise<unknown> = async (result) => result(),
): unknown {
  if (token.methods === undefined) return value;
  const wrapped: Record<string, (...args: readonly unknown[]) => unknown> = {};
  for (const method of token.methods) {
    wrapped[method] = (...args) => {
      const { key } = readKey(token.name, method, args);
      const read = reads.get(key);
      if (read === undefined) throw missingRead(token, method, key, recording);
      const give = (): unknown => {
        if (read.result instanceof Uint8Array) return decodeValue(read.result);
        throw new Error(read.result.error);
      };
      return read.async ? deliver(give) : give();
    };
  }
  return Object.freeze(wrapped);
}

function missingRead(token: AnyResource, method: string, key: string, recording: Recording): GraphError {
  return new GraphError(`resource "${token.name}" (owner ${token.owner}) was not asked this in the recorded run`, {
    code: "TENON1304",
    category: "resource",
    graph: recording.graph,
    detail: `missing: ${method} as ${key}; recorded: ${recording.reads.filter((read) => read.resource === token.name).length} reads of this resource`,
    hint: "the code now asks for something else than it did then; record again, or find the node whose inputs changed",
  });
}
