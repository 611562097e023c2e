/** What would have been, had one value been another: the recorded run, edited, and what differs. */
import { type Recording, type Topology, topologyOf } from "@tenon/graph-core";
import { devRunError } from "../dev-run-error.ts";
import { digestOf, nodeDigest } from "../replay/digest.ts";
import { type AnyExecutor, nodeNamed, producerOf } from "../replay/graph-facts.ts";
import { type ObservedRun, type ReplayManner, runRecorded } from "../replay/run-recorded.ts";
import { type AdVerdict, adVerdict } from "./ad-verdict.ts";
import { type Edit, editText } from "./edit.ts";
import { rerunEdited } from "./edited-run.ts";

export interface WhatIfResult {
  /** The edits, in words. */
  readonly edits: readonly string[];
  readonly before: ObservedRun;
  readonly after: ObservedRun;
  /** Nodes that ran again, in execution order. */
  readonly rerun: readonly string[];
  /** Nodes that gave something else, in execution order. */
  readonly changed: readonly ChangedNode[];
  /** The first of them that was not edited itself. */
  readonly first: ChangedNode | undefined;
  /** The response is another one. */
  readonly responseChanged: boolean;
  readonly ads: readonly { readonly before: AdVerdict; readonly after: AdVerdict }[];
}

export interface ChangedNode {
  readonly node: string;
  readonly owner: string;
  readonly slots: readonly string[];
  readonly edited: boolean;
}

export interface WhatIfOptions extends ReplayManner {
  /** Ads whose verdicts are wanted, before and after. */
  readonly adIds?: readonly number[];
}

/**
 * Runs a recording without and with edits; what does not lie behind them is not run again.
 *
 * @throws GraphError TENON2005 for an edit that does not fit the run; TENON2007 where the run fails without an edit
 */
export async function whatIf(
  executor: AnyExecutor,
  recording: Recording,
  edits: readonly Edit[],
  options: WhatIfOptions = {},
): Promise<WhatIfResult> {
  const { adIds, ...manner } = options;
  return (await openWhatIf(executor, recording, manner)).try(edits, adIds);
}

/** The run without edits, to try several on. @throws GraphError TENON2007 */
export async function openWhatIf(
  executor: AnyExecutor,
  recording: Recording,
  options: ReplayManner = {},
): Promise<WhatIf> {
  const before = await runRecorded(executor, recording, options);
  if (before.failure === undefined) return new WhatIf(executor, recording, before, options);
  throw devRunError("failedReplay", {
    message: `run "${recording.requestId}" of graph "${recording.graph}" cannot be edited: it fails without an edit`,
    graph: recording.graph,
    node: before.failure.node,
    owner: before.failure.owner,
    detail: before.failure.message,
    hint: "replay it on the version that recorded it, or record it again on this one",
    cause: before.failure,
  });
}

export class WhatIf {
  readonly before: ObservedRun;
  readonly topology: Topology;
  readonly #executor: AnyExecutor;
  readonly #recording: Recording;
  readonly #options: ReplayManner;
  readonly #before = new Map<number, string | undefined>();

  constructor(executor: AnyExecutor, recording: Recording, before: ObservedRun, options: ReplayManner) {
    this.#executor = executor;
    this.#recording = recording;
    this.#options = options;
    this.before = before;
    this.topology = topologyOf(executor.plan.graph);
  }

  /** @throws GraphError TENON2005 */
  async try(edits: readonly Edit[], adIds: readonly number[] = []): Promise<WhatIfResult> {
    const { before } = this;
    const { run, rerun } = await rerunEdited(this.#executor, this.#recording, before, edits, this.#options);
    const changed = this.#changed(run, rerun, edits);
    return {
      edits: edits.map(editText),
      before,
      after: run,
      rerun,
      changed,
      first: changed.find(({ edited }) => !edited),
      responseChanged: digestOf(run.answer) !== digestOf(before.answer),
      ads: adIds.map((adId) => ({ before: this.verdict(before, adId), after: this.verdict(run, adId) })),
    };
  }

  /** One ad's verdict with these edits, and nothing else of the run. @throws GraphError TENON2005 */
  async verdictWith(edits: readonly Edit[], adId: number): Promise<AdVerdict> {
    const { run } = await rerunEdited(this.#executor, this.#recording, this.before, edits, this.#options);
    return this.verdict(run, adId);
  }

  verdict({ ledger }: ObservedRun, adId: number): AdVerdict {
    return adVerdict(ledger, this.topology, adId);
  }

  /** Made once: several edits are tried on one run. */
  #digestBefore(index: number): string | undefined {
    if (!this.#before.has(index)) this.#before.set(index, nodeDigest(this.#executor, this.before, index));
    return this.#before.get(index);
  }

  #changed(after: ObservedRun, rerun: readonly string[], edits: readonly Edit[]): readonly ChangedNode[] {
    const editedNodes = new Set(edits.map(({ slot }) => producerOf(this.#executor, slot)?.wired.name));
    const seen = new Set([...rerun, ...editedNodes]);
    return this.#executor.plan.nodes
      .filter(({ index, wired }) => {
        if (!seen.has(wired.name)) return false;
        return this.#digestBefore(index) !== nodeDigest(this.#executor, after, index);
      })
      .map(({ wired }) => ({
        node: wired.name,
        owner: nodeNamed(this.#executor, wired.name).wired.definition.owner,
        slots: wired.writes,
        edited: editedNodes.has(wired.name),
      }));
  }
}
