/**
 * Recording one run. Everything that can differ between two runs of the same plan is in the recording: the request
 * slots, the seed, the request's times, the quality, the switches, the cuts and every read of a resource.
 * What is not recorded is not allowed to matter; a replay that differs names the node that leaked.
 */

import { hash } from "node:crypto";
import { GraphError } from "../contract/error.ts";
import type { AnyResource } from "../contract/resource.ts";
import type { AnySlot } from "../contract/slot.ts";
import { encodeValue } from "../schema/index.ts";
import { messageOf } from "./error-text.ts";
import type { Executor } from "./executor.ts";
import { isPromise } from "./is-promise.ts";
import type { BeginOptions, RunContext } from "./run-context.ts";

/** One read of a resource, as bytes of the canonical codec. */
export interface RecordedRead {
  readonly resource: string;
  readonly method: string;
  /** SHA-256 of the encoded arguments; signals are left out. */
  readonly argumentDigest: string;
  /** True where the resource answered with a promise. */
  readonly async: boolean;
  /** Encoded result, or the error the read failed with. */
  readonly result: Uint8Array | RecordedFailure;
  /**
   * False where reads with equal arguments gave different results (a retry after a failure, a resource that is not
   * pinned): then each of them is in the recording, in the order they were asked.
   */
  readonly stable: boolean;
}

/** What of an error a replay gives again: its message, and its name and code where it has them. */
export interface RecordedFailure {
  readonly error: string;
  readonly name?: string;
  readonly code?: string;
}

export interface Recording {
  readonly graph: string;
  readonly planHash: string;
  readonly requestId: string;
  readonly nowMs: number;
  /** `undefined`: it had none. */
  readonly deadlineMs: number | undefined;
  readonly seed: number;
  readonly quality: number;
  /** Names of the nodes that were switched off. */
  readonly switchedOff: readonly string[];
  /** Names of the nodes that were cut at their budget: time is not replayed, what it did is. */
  readonly cut: readonly string[];
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

export function readKey(
  resource: string,
  method: string,
  args: readonly unknown[],
): { key: string; argumentDigest: string } {
  const kept = args.filter((arg) => !(arg instanceof AbortSignal));
  const argumentDigest = hash("sha256", encodeValue(kept));
  return { key: `${resource}.${method}(${argumentDigest})`, argumentDigest };
}

/** One call of a resource, in the order the calls were made; `result` once it has answered. */
interface Call {
  readonly resource: string;
  readonly method: string;
  readonly argumentDigest: string;
  async: boolean;
  result: RecordedRead["result"] | undefined;
}

/** Keeps every read of one request's resources. What it cannot keep it remembers; the run itself never feels it. */
class ReadRecorder {
  /** By resource, method and arguments: equal questions in the order they were asked. */
  readonly #calls = new Map<string, Call[]>();
  #count = 0;
  #problem: GraphError | undefined = undefined;
  #sealed = false;

  /** The run has ended: what is read from here on (by a node that was cut, by a shadow) is not of the run. */
  seal(): void {
    this.#sealed = true;
  }

  /** @throws GraphError TENON1303 or TENON1306 where a read could not be kept */
  reads(): readonly RecordedRead[] {
    if (this.#problem !== undefined) throw this.#problem;
    return [...this.#calls.values()].flatMap(toReads);
  }

  wrap(token: AnyResource, value: unknown): unknown {
    if (token.methods === undefined) return value;
    const wrapped: Record<string, (...args: readonly unknown[]) => unknown> = {};
    for (const method of token.methods) {
      wrapped[method] = (...args) => {
        const call = this.#begin(token, method, args);
        let result: unknown;
        try {
          result = Reflect.apply((value as Methods)[method] as Methods[string], value, args);
        } catch (error) {
          this.#keep(call, false, () => failureOf(error));
          throw error;
        }
        if (!isPromise(result)) {
          this.#keep(call, false, () => encodeValue(result));
          return result;
        }
        return Promise.resolve(result).then(
          (found) => {
            this.#keep(call, true, () => encodeValue(found));
            return found;
          },
          (error: unknown) => {
            this.#keep(call, true, () => failureOf(error));
            throw error;
          },
        );
      };
    }
    return Object.freeze(wrapped);
  }

  #begin(token: AnyResource, method: string, args: readonly unknown[]): Call | undefined {
    if (this.#sealed || this.#problem !== undefined) return undefined;
    if (++this.#count > READS_MAX) {
      this.#problem = tooManyReads(token);
      return undefined;
    }
    try {
      const { key, argumentDigest } = readKey(token.name, method, args);
      const call: Call = { resource: token.name, method, argumentDigest, async: false, result: undefined };
      const known = this.#calls.get(key);
      if (known === undefined) this.#calls.set(key, [call]);
      else known.push(call);
      return call;
    } catch (error) {
      this.#problem = notRecordable(token.name, method, "an argument", error);
      return undefined;
    }
  }

  #keep(call: Call | undefined, async: boolean, result: () => RecordedRead["result"]): void {
    if (call === undefined || this.#sealed) return;
    try {
      call.result = result();
      call.async = async;
    } catch (error) {
      this.#problem ??= notRecordable(call.resource, call.method, "the result", error);
    }
  }
}

/** One read where every call gave the same, all of them in order where they differ. */
function toReads(calls: readonly Call[]): readonly RecordedRead[] {
  const answered = calls.flatMap(({ result, ...call }) => (result === undefined ? [] : [{ ...call, result }]));
  const [first] = answered;
  if (first === undefined) return [];
  if (answered.every(({ result }) => sameResult(result, first.result))) return [{ ...first, stable: true }];
  return answered.map((each) => ({ ...each, stable: false }));
}

function failureOf(error: unknown): RecordedFailure {
  const { name, code } = (typeof error === "object" && error !== null ? error : {}) as Readonly<
    Record<string, unknown>
  >;
  return {
    error: error instanceof Error ? String(error.message) : messageOf(error),
    ...(typeof name === "string" && { name }),
    ...(typeof code === "string" && { code }),
  };
}

function tooManyReads({ name, owner }: AnyResource): GraphError {
  return new GraphError(`resource "${name}" (owner ${owner}) was read more than ${READS_MAX} times in one request`, {
    code: "TENON1303",
    category: "node",
    hint: "read in one batch instead of one call per candidate; the request was answered, it is only not recorded",
  });
}

function notRecordable(resource: string, method: string, what: string, error: unknown): GraphError {
  return new GraphError(
    `a read of resource "${resource}" cannot be recorded: ${what} of "${method}" is no plain value`,
    {
      code: "TENON1306",
      category: "resource",
      detail: messageOf(error),
      hint: "take and return plain values, columns, batches or snapshots; the request was answered, it is only not recorded",
      cause: error,
    },
  );
}

function sameResult(left: RecordedRead["result"], right: RecordedRead["result"]): boolean {
  if (left instanceof Uint8Array && right instanceof Uint8Array) return Buffer.compare(left, right) === 0;
  if (left instanceof Uint8Array || right instanceof Uint8Array) return false;
  return left.error === right.error && left.name === right.name && left.code === right.code;
}

/** A run in progress whose reads are being kept. */
export interface RecordedRun<Response> {
  readonly ctx: RunContext;
  /** Settles as the run does. */
  readonly response: Promise<Response>;
  /**
   * The recording, once `response` has settled.
   *
   * @throws GraphError TENON1303 or TENON1306 when a read could not be kept, TENON1152 when the response holds a value
   * outside the universe; the request is answered all the same
   */
  readonly recording: () => Recording;
}

/** Runs the plan once and records it. Options are those of `Executor.begin`; the recorder takes the place of `wrapResource`. */
export function recordRun<Request, Response, Uses extends string>(
  executor: Executor<Request, Response, Uses>,
  request: Request,
  options: BeginOptions,
): RecordedRun<Response> {
  const recorder = new ReadRecorder();
  const seal = (): void => recorder.seal();
  const ctx = executor.begin({ ...options, wrapResource: (token, value) => recorder.wrap(token, value) });
  let answered: Response | undefined;
  const response = new Promise<Response>((resolve) => resolve(executor.execute(request, ctx))).then((value) => {
    answered = value;
    return value;
  });
  response.then(seal, seal);
  return {
    ctx,
    response,
    recording: () => ({
      deadlineMs: ctx.options.deadlineMs,
      cut: executor.plan.nodes
        .filter((node) => ctx.degraded?.get(node.index) === "timeout")
        .map((node) => node.wired.name),
      graph: executor.graphName,
      planHash: executor.plan.planHash,
      requestId: ctx.requestId,
      nowMs: ctx.nowMs,
      seed: ctx.seed,
      quality: ctx.quality,
      switchedOff: executor.plan.nodes.filter((node) => ctx.switches[node.index] === 1).map((node) => node.wired.name),
      versions: executor.versions(ctx),
      request: encodeValue(requestSlotsOf(executor.plan.graph.request, request)),
      reads: recorder.reads(),
      response: answered === undefined ? undefined : encodeValue(answered),
    }),
  };
}

/** The declared slots alone: what else a host hands over is no part of the run. */
function requestSlotsOf(slots: readonly AnySlot[], request: unknown): Readonly<Record<string, unknown>> {
  return Object.fromEntries(slots.map(({ name }) => [name, (request as Readonly<Record<string, unknown>>)[name]]));
}
