/**
 * A shadow node's run: after the answer, with a signal and a time limit of its own, compared with what its primary gave.
 * Whatever it does, the request and its context never hear of it.
 */
import type { NodeContext, RequestClock } from "../contract/context.ts";
import { GraphError } from "../contract/error.ts";
import type { Drop, Verdict } from "../contract/node.ts";
import type { WiredNode } from "../graph/wiring.ts";
import { encodeValue } from "../schema/index.ts";
import type { CandidateBatch } from "../values/candidate-batch.ts";
import type { HostClock } from "./clock.ts";
import type { DeadlineEntry, DeadlineWheel } from "./deadline-wheel.ts";
import type { RunContext } from "./run-context.ts";

type Bag = Readonly<Record<string, unknown>>;

export type ShadowOutcome = "agrees" | "differs" | "failed";

/** Time for a shadow that declares no budget, ms. */
const SHADOW_BUDGET_MS = 1_000;

export class ShadowRun implements NodeContext<Bag>, DeadlineEntry {
  readonly uses: Bag;
  readonly clock: RequestClock;
  readonly random: NodeContext["random"];
  readonly width: NodeContext["width"];
  /** The request's, as its primary saw it. */
  readonly deadlineMs: number;
  readonly expiresAtMs: number;
  wheelNext: DeadlineEntry | undefined = undefined;
  wheelPrevious: DeadlineEntry | undefined = undefined;
  readonly #shadow: WiredNode;
  readonly #abort = new AbortController();
  readonly #wheel: DeadlineWheel;
  #done: ((outcome: ShadowOutcome) => void) | undefined;

  constructor(
    shadow: WiredNode,
    request: RunContext,
    host: { readonly clock: HostClock; readonly wheel: DeadlineWheel },
    done: (outcome: ShadowOutcome) => void,
  ) {
    this.uses = request.uses;
    this.clock = { nowMs: request.nowMs };
    this.random = request.random;
    this.width = request.width;
    this.#shadow = shadow;
    this.#wheel = host.wheel;
    this.#done = done;
    this.deadlineMs = request.deadlineMs;
    this.expiresAtMs = host.clock.nowMs() + (shadow.definition.budgetMs ?? SHADOW_BUDGET_MS);
    host.wheel.add(this);
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Runs the shadow and compares every slot it writes, by canonical bytes; a filter by the candidates it keeps. */
  compare(inputs: Bag, primary: Bag): void {
    const { definition } = this.#shadow;
    new Promise((resolve) => resolve(definition.run(inputs, this)))
      .then((outputs) => {
        const given = definition.kind === "filter" ? keptBy(this.#shadow, inputs, outputs) : outputs;
        const same = definition.writes.every(({ name }) => equalBytes((given as Bag)[name], primary[name]));
        this.#end(same ? "agrees" : "differs");
      })
      .catch(() => this.#end("failed"));
  }

  expire(): void {
    this.#abort.abort(
      new GraphError(`shadow "${this.#shadow.name}" (owner ${this.#shadow.definition.owner}) took too long`, {
        code: "TENON1204",
        category: "node",
        node: this.#shadow.name,
        owner: this.#shadow.definition.owner,
        hint: "raise its budgetMs or make it faster; the request was answered before it began",
      }),
    );
    this.#end("failed");
  }

  #end(outcome: ShadowOutcome): void {
    const done = this.#done;
    if (done === undefined) return;
    this.#done = undefined;
    this.#wheel.remove(this);
    done(outcome);
  }
}

/** What the runtime would make of the shadow's verdicts. */
function keptBy({ definition }: WiredNode, inputs: Bag, verdict: unknown): Bag {
  const batch = inputs[definition.of?.name ?? ""] as CandidateBatch;
  const rows: number[] = [];
  for (let row = 0; row < batch.size; row++) {
    const drop: Drop | undefined = (verdict as Verdict)(row);
    if (drop === undefined) rows.push(row);
    else if (typeof drop?.reason !== "string") throw new TypeError(`no verdict on row ${row}`);
  }
  return { [definition.writes[0]?.name ?? ""]: rows.length === batch.size ? batch : batch.select(rows) };
}

function equalBytes(left: unknown, right: unknown): boolean {
  return Buffer.compare(encodeValue(left), encodeValue(right)) === 0;
}
