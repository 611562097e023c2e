/** What a host does with its runs beside answering: records stand-ins of them, and tries edits on those it keeps. */
import { randomUUID } from "node:crypto";
import { readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AdmittedRequest, Arms } from "@tenon/ads-model";
import {
  type AnyExecutor,
  type CorpusHeader,
  CorpusWriter,
  corpusGraphOf,
  type Edit,
  type Flip,
  type MadeEntry,
  minimalFlip,
  type ObservedRun,
  openWhatIf,
  RunRecorder,
  readAlso,
  recordEntry,
  runRecorded,
  type WhatIfResult,
} from "@tenon/dev-run";
import { createExecutor, type HostClock, type RunContext, type ValueOf } from "@tenon/graph-core";
import type { InsertionEvents } from "@tenon/nodes";
import type { Settings } from "../config/settings.ts";
import type { Answer } from "../host/answer.ts";
import { hostError } from "../host/host-error.ts";
import type { KeptRun } from "../host/kept-runs.ts";
import { freshKey } from "../host/pseudonym-key.ts";
import { servingPlan } from "../host/serving-plan.ts";
import type { ClickModels } from "../resources/click-models.ts";
import type { ServedAds } from "../resources/open-marketplace.ts";
import type { Policies } from "../resources/policies.ts";
import { UserActionsTable } from "../resources/user-actions-table.ts";
import { AtOnce } from "./at-once.ts";
import { composeRows, nextInLine } from "./row-reads.ts";
import { bindingsOf, recordingExecutor } from "./serving-executor.ts";
import { type KnobName, servingKnob } from "./serving-knobs.ts";
import { dropStrata, stratumOf } from "./serving-strata.ts";
import { StandInPeople } from "./stand-in-people.ts";

export interface ServingRunsParts {
  readonly settings: Settings;
  readonly ads: ServedAds;
  readonly models: ClickModels;
  readonly policies: Policies;
  readonly clock: HostClock;
  readonly isBusy: () => boolean;
  readonly onTrouble: (message: string, error: unknown) => void;
}

export interface WhatIfAsked {
  readonly edits: readonly Edit[];
  readonly adIds: readonly number[];
  readonly flip?: { readonly adId: number; readonly knob: KnobName } | undefined;
}

export interface WhatIfGiven {
  readonly result: WhatIfResult;
  readonly flip: Flip | undefined;
}

/** Kept runs that are repeated at once, for whatever reason: each holds all its values, and takes the thread that answers. */
export const REPLAYS_AT_ONCE_MAX = 4;

type Insertions = ValueOf<typeof InsertionEvents>;

export class ServingRuns {
  /** Absent while `recordShare` is 0. */
  readonly recorder: RunRecorder | undefined;
  /** Every repeat of a kept run takes a place here. @throws GraphError TENON1627 when all are taken */
  readonly replays = new AtOnce(REPLAYS_AT_ONCE_MAX, () =>
    hostError("replaysBusy", {
      message: `${REPLAYS_AT_ONCE_MAX} kept requests are being repeated already`,
      hint: "try again in a second; answering comes first",
    }),
  );
  readonly #parts: ServingRunsParts;
  #standIns:
    | { readonly people: StandInPeople; readonly actions: UserActionsTable; readonly executor: AnyExecutor }
    | undefined;
  #replays: AnyExecutor | undefined;

  constructor(parts: ServingRunsParts) {
    const { settings, clock, isBusy, onTrouble } = parts;
    this.#parts = parts;
    if (settings.recordShare === 0) return;
    this.recorder = new RunRecorder({
      folder: settings.recordFolder as string,
      share: settings.recordShare,
      header: () => this.#header(),
      versions: () => JSON.stringify(this.#versions()),
      isBusy,
      onTrouble,
      clock,
    });
  }

  /** Called once a request has been answered, or has failed. */
  offer(request: AdmittedRequest, arms: Arms, ctx: RunContext, answer: Answer | undefined): void {
    this.recorder?.offer({
      requestId: request.requestId,
      rare: answer === undefined || ctx.quality < 1 || (ctx.degraded?.size ?? 0) > 0,
      strata: () => [stratumOf(request, ctx, answer && { adResponse: answer.response }), ...dropStrata(ctx)],
      make: () => this.#record(request, arms, { nowMs: ctx.nowMs, quality: ctx.quality, off: offIn(ctx) }),
    });
  }

  /** A corpus of one run: what a stand-in of that request is answered now, on the same degraded paths. @throws GraphError TENON1627 */
  corpusOf(kept: KeptRun): Promise<Buffer> {
    return this.replays.run(() => this.#corpusOf(kept));
  }

  async #corpusOf({ request, arms, ...kept }: KeptRun): Promise<Buffer> {
    const { nowMs, quality, switchedOff, cut } = kept.recording();
    const { entry } = await this.#record(request, arms, { nowMs, quality, off: [...switchedOff, ...cut] });
    const path = join(tmpdir(), `tenon-recording-${randomUUID()}.runs`);
    const writer = new CorpusWriter(path, this.#header());
    try {
      writer.add(entry);
      writer.close();
      return readFileSync(path);
    } finally {
      rmSync(path, { force: true });
    }
  }

  /**
   * Tries edits on a kept run. Records of ads that were next in line are read as they are now; everything else is the
   * recording's.
   *
   * @throws GraphError TENON1302 once another base or model is served; TENON1627, TENON2005, TENON2007
   */
  whatIf(kept: KeptRun, asked: WhatIfAsked): Promise<WhatIfGiven> {
    return this.replays.run(() => this.#whatIf(kept, asked));
  }

  async #whatIf(kept: KeptRun, { edits, adIds, flip }: WhatIfAsked): Promise<WhatIfGiven> {
    const executor = this.#replayer();
    const bare = kept.recording();
    const { before } = await openWhatIf(executor, bare);
    const recording = await readAlso(executor, bare, nextInLine(before.values));
    const session = await openWhatIf(executor, recording, { compose: composeRows });
    const result = await session.try(edits, adIds);
    if (flip === undefined) return { result, flip: undefined };
    const { adId } = flip;
    const knob = servingKnob(executor, before, adId, flip.knob);
    return { result, flip: await minimalFlip(executor, recording, { adId, knob, compose: composeRows }) };
  }

  /**
   * A kept run once more, with every slot's value. Personal values are among them: whoever shows them redacts.
   *
   * @throws GraphError TENON1302 once another base or model is served; TENON1303, TENON1306 for reads that were not kept; TENON1627
   */
  repeat(kept: KeptRun): Promise<ObservedRun> {
    return this.replays.run(() => runRecorded(this.#replayer(), kept.recording()));
  }

  async stop(): Promise<void> {
    await this.recorder?.stop();
  }

  async #record(request: AdmittedRequest, arms: Arms, { nowMs, quality, off }: RunManner): Promise<MadeEntry> {
    const { people, actions, executor } = this.#people();
    const standIn = people.requestOf(request);
    const made = await recordEntry(
      executor,
      { adRequest: standIn, arms },
      {
        host: "admixer",
        recordedAtMs: this.#parts.clock.nowMs(),
        stratumOf: (ctx, answer) => stratumOf(standIn, ctx, answer),
        alsoRead: nextInLine,
      },
      { requestId: request.requestId, nowMs, quality, switchedOff: off, unhurried: true },
    );
    for (const { insertionId, adId, atMs } of (made.answer?.["insertionEvents"] ?? []) as Insertions) {
      if (standIn.userId === undefined) break;
      actions.record({ eventId: insertionId, userId: standIn.userId, adId, kind: "impression", atMs, insertionId });
    }
    return made;
  }

  /** Made on first use: a host that records nothing needs no people. The key is this process's alone. */
  #people() {
    if (this.#standIns === undefined) {
      const { ads, clock } = this.#parts;
      const people = new StandInPeople(ads.catalogue, freshKey());
      const actions = new UserActionsTable(ads.parentsOf, clock.nowMs);
      this.#standIns = { people, actions, executor: recordingExecutor(ads, this.#parts, { people, actions }) };
    }
    return this.#standIns;
  }

  #replayer(): AnyExecutor {
    const { ads, models, policies } = this.#parts;
    this.#replays ??= createExecutor(servingPlan, { shadowShare: 0, resources: ads.bindings(models, policies) });
    return this.#replays;
  }

  #versions(): Readonly<Record<string, string>> {
    const { executor } = this.#people();
    return executor.versions(executor.begin({ requestId: "versions", checked: false }));
  }

  #header(): CorpusHeader {
    const { ads, clock } = this.#parts;
    return {
      name: "serving",
      madeBy: "a host that serves",
      madeAtMs: clock.nowMs(),
      graphs: [corpusGraphOf(this.#people().executor)],
      bindings: bindingsOf(ads, this.#parts),
    };
  }
}

/** What a stand-in's run shares with the run it stands for. */
interface RunManner extends Pick<RunContext, "nowMs" | "quality"> {
  /** Nodes whose failure policy was applied: they are switched off, which has the same effect. */
  readonly off: readonly string[];
}

function offIn({ degraded }: RunContext): readonly string[] {
  return servingPlan.nodes.filter(({ index }) => degraded?.has(index)).map(({ wired }) => wired.name);
}
