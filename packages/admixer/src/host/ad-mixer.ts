/**
 * The serving host without its socket: admits a request, decides arms and deadline, runs the graph, and makes its outputs
 * real. HTTP and the command line both stand on it.
 *
 * H1 Before an answer goes out, log, counts and budgets have taken note of it, in memory: no request waits for a disk.
 * H2 What was answered is appended to the log, whatever becomes of the connection.
 * H3 A request is refused before it runs when the host is not ready, there is no place, or the log has no room.
 */
import { randomUUID } from "node:crypto";
import {
  type AdmittedRequest,
  AdRequestSchema,
  AdRequest as AdRequestSlot,
  type AdResponse,
  type UserId,
} from "@tenon/ads-model";
import {
  compileGraph,
  createExecutor,
  GraphError,
  type HostClock,
  NodeHistograms,
  QualityController,
  type RunContext,
  systemClock,
  type Topology,
  topologyHash,
  topologyOf,
  type ValueOf,
} from "@tenon/graph-core";
import { compiledSlot } from "@tenon/graph-core/internal";
import { adRequest } from "@tenon/graphs";
import { FeatureLogRecord, InsertionEvents, LIGHT_FEATURES, RANK_FEATURES } from "@tenon/nodes";
import type { Settings } from "../config/settings.ts";
import { ArmTotals } from "../experiments/arm-totals.ts";
import { armsOf, type Decision, decide, pointOf } from "../experiments/decide-arms.ts";
import type { ClickModels } from "../resources/click-models.ts";
import type { OpenMarketplace } from "../resources/open-marketplace.ts";
import type { Policies } from "../resources/policies.ts";
import { type AppendSink, RecordKind } from "../sink/append-sink.ts";
import { schemaFingerprints } from "../sink/read-log.ts";
import type { SegmentHeader } from "../sink/segment-format.ts";
import { adEventRecord, encodeFacts, servedRecord } from "../sink/served-record.ts";
import { Admission } from "./admission.ts";
import { DropTotals } from "./drop-totals.ts";
import { hostError } from "./host-error.ts";
import { expectedCostMicros, InsertionBook } from "./insertion-book.ts";
import { KeptRuns } from "./kept-runs.ts";
import { LoopLag } from "./loop-lag.ts";

/** Compiled once per process: hosts of one process share the code. */
const plan = compileGraph(adRequest);
const checkBody = compiledSlot(AdRequestSlot).check;

export interface AdMixerParts {
  readonly settings: Settings;
  readonly marketplace: OpenMarketplace;
  readonly models: ClickModels;
  readonly policies: Policies;
  /** Absent: answers leave no record (one request from the command line). */
  readonly sink?: ((header: () => SegmentHeader) => AppendSink) | undefined;
  readonly clock?: HostClock | undefined;
  /** Told after the answer about a traced request. */
  readonly onTraced?: ((ctx: RunContext, topology: Topology, headers: TraceHeaders) => void) | undefined;
  /** Told about a node whose failure policy was applied, and about other trouble. */
  readonly onTrouble?: ((message: string, error: unknown) => void) | undefined;
}

export interface TraceHeaders {
  readonly traceparent?: string | undefined;
}

export interface AnswerOptions {
  /** Id of a request that has none. Default: a random one. */
  readonly requestId?: string;
  /** When the request arrived, by the clock's `monotonicMs`. Default: now. */
  readonly arrivedMs?: number;
  /** Runs checked and keeps the trace, whatever the share. */
  readonly traced?: boolean;
  readonly headers?: TraceHeaders;
}

export interface Answer {
  readonly response: AdResponse;
  readonly insertions: ValueOf<typeof InsertionEvents>;
  readonly featureLog: ValueOf<typeof FeatureLogRecord>;
  readonly ctx: RunContext;
}

export interface AdEvent {
  readonly eventId: string;
  readonly kind: "impression" | "click";
  readonly insertionId: string;
  readonly atMs?: number | undefined;
}

/** What became of a batch of events. */
export interface EventReport {
  readonly counted: number;
  /** Reported before. */
  readonly repeated: number;
  /** Of insertions that this host does not know or has forgotten. */
  readonly unknown: number;
}

/** Counts of the host itself; they only ever grow. */
export interface HostTotals {
  readonly refusedBusy: number;
  readonly refusedLogBehind: number;
  readonly refusedNotReady: number;
  readonly wrongBodies: number;
  readonly featureLogRecords: number;
  readonly featureLogSkipped: number;
  readonly insertions: number;
  readonly chargedMicros: number;
  /** Logged snapshots whose digest is not the scored one; must stay 0. */
  readonly digestMismatches: number;
}

export class AdMixer {
  readonly settings: Settings;
  readonly clock: HostClock;
  readonly marketplace: OpenMarketplace;
  readonly topology: Topology = topologyOf(adRequest);
  readonly executor;
  readonly histograms = new NodeHistograms(this.topology);
  readonly drops = new DropTotals(this.topology);
  readonly kept: KeptRuns;
  readonly arms: ArmTotals;
  readonly admission: Admission;
  readonly quality: QualityController;
  readonly insertions = new InsertionBook();
  readonly sink: AppendSink | undefined;
  readonly totals = {
    refusedBusy: 0,
    refusedLogBehind: 0,
    refusedNotReady: 0,
    wrongBodies: 0,
    featureLogRecords: 0,
    featureLogSkipped: 0,
    insertions: 0,
    chargedMicros: 0,
    digestMismatches: 0,
  } satisfies Record<keyof HostTotals, number>;
  readonly #parts: AdMixerParts;
  readonly #lag: LoopLag;
  readonly #seenEvents = new Set<string>();
  #stopping = false;
  #ready = false;

  constructor(parts: AdMixerParts) {
    const { settings, marketplace } = parts;
    this.#parts = parts;
    this.clock = parts.clock ?? systemClock;
    this.settings = settings;
    this.marketplace = marketplace;
    this.kept = new KeptRuns(settings.traceKeepMax);
    this.arms = new ArmTotals(settings.experiments);
    this.admission = new Admission(settings, this.clock);
    this.quality = new QualityController({
      targetMs: settings.qualityTargetMs,
      percentile: 99,
      qualityMin: settings.qualityMin,
    });
    this.executor = createExecutor(plan, {
      resources: marketplace.bindings(parts.models, parts.policies),
      clock: this.clock,
      checkedShare: settings.checkedShare,
      quality: this.quality,
      onDegraded: (node, by, error) => {
        if (by !== "switchedOff")
          parts.onTrouble?.(`node "${node.name}" (owner ${node.definition.owner}) ${by}`, error);
      },
    });
    this.#lag = new LoopLag(this.clock);
    this.sink = parts.sink?.(() => this.#segmentHeader());
  }

  get ready(): boolean {
    return this.#ready && !this.#stopping;
  }

  get stopping(): boolean {
    return this.#stopping;
  }

  get loopLagMs(): number {
    return this.#lag.lagMs;
  }

  /** Versions of everything pinned, as a request that began now would see them. */
  versions(): Readonly<Record<string, string>> {
    return this.executor.versions(this.executor.begin({ requestId: "versions", checked: false }));
  }

  #segmentHeader(): SegmentHeader {
    const slots = [FeatureLogRecord, InsertionEvents].map((slot) => [slot.name, compiledSlot(slot).fingerprint]);
    return {
      graph: adRequest.name,
      planHash: plan.planHash,
      topologyHash: topologyHash(this.topology),
      slots: Object.fromEntries(slots),
      featureSchemas: schemaFingerprints([LIGHT_FEATURES, RANK_FEATURES]),
      versions: this.versions(),
      createdAtMs: this.clock.nowMs(),
    };
  }

  /**
   * Runs requests that leave no trace in counts, budgets and logs, so that the first real one meets compiled code.
   * The host is ready afterwards.
   */
  async warmUp(): Promise<void> {
    const count = this.settings.warmUpRequests;
    const nowMs = this.clock.nowMs();
    const requests =
      count === 0
        ? []
        : this.marketplace.sampleRequests({ seed: this.settings.seed, count, startAtMs: nowMs, durationMs: 1 });
    for (const [at, request] of requests.entries()) {
      const admitted = this.admit({ ...request, requestId: `warm-up-${at}` });
      const ctx = this.executor.begin({ requestId: admitted.requestId, nowMs, quality: 1, checked: at % 8 === 0 });
      await this.executor.execute(
        { adRequest: admitted, arms: armsOf(decide(this.settings.experiments, admitted)) },
        ctx,
      );
      // Probes are answered in between.
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.#ready = true;
  }

  /**
   * The request with an id, checked against the contract.
   *
   * @throws GraphError TENON1610 naming every field that is wrong; found values are not repeated, they may be personal
   */
  admit(body: unknown, ownId?: string): AdmittedRequest {
    const given = body as { readonly requestId?: string } | null;
    const isNameless = typeof given === "object" && given !== null && given.requestId === undefined;
    const admitted = isNameless ? { ...given, requestId: ownId ?? randomUUID() } : given;
    if (checkBody(admitted) === undefined) return admitted as AdmittedRequest;
    this.totals.wrongBodies++;
    throw wrongBody(body);
  }

  /**
   * Answers one request.
   *
   * @throws GraphError TENON1610 for a wrong body; TENON1613 to TENON1615 when it is refused; TENON1211 past the deadline;
   *   otherwise what the graph failed with
   */
  async answer(body: unknown, options: AnswerOptions = {}): Promise<Answer> {
    const arrivedMs = options.arrivedMs ?? this.clock.monotonicMs();
    if (!this.ready) {
      this.totals.refusedNotReady++;
      throw notReady(this.#stopping);
    }
    const request = this.admit(body, options.requestId);
    await this.#enter(arrivedMs);
    try {
      return await this.#run(request, arrivedMs, options);
    } finally {
      this.admission.leave();
    }
  }

  async #enter(arrivedMs: number): Promise<void> {
    if (!this.admission.tryEnter()) {
      try {
        await this.admission.enter(Math.max(0, arrivedMs + this.settings.deadlineMs - this.clock.monotonicMs()));
      } catch (error) {
        this.totals.refusedBusy++;
        throw error;
      }
    }
    const { sink } = this;
    if (sink === undefined || sink.hasRoom || (await sink.waitForRoom(this.settings.logWaitMaxMs))) return;
    this.admission.leave();
    this.totals.refusedLogBehind++;
    throw hostError("logBehind", {
      message: "the log cannot keep up, so no request is answered that could not be logged",
      detail: `${sink.counts.bufferedBytes} bytes wait to be written, at most ${this.settings.logBufferBytesMax} may; writes ${sink.healthy ? "work" : "fail"}`,
      hint: "look at the disk of logFolder; a larger logBufferBytesMax or a smaller featureLogShare buys time",
    });
  }

  async #run(request: AdmittedRequest, arrivedMs: number, { traced, headers = {} }: AnswerOptions): Promise<Answer> {
    const decisions = decide(this.settings.experiments, request);
    const waitedMs = this.clock.monotonicMs() - arrivedMs;
    const nowMs = Math.floor(this.clock.nowMs() - waitedMs);
    const ctx = this.executor.begin({
      requestId: request.requestId,
      nowMs,
      deadlineMs: nowMs + this.settings.deadlineMs,
      ...(traced && { checked: true }),
    });
    try {
      const { adResponse, featureLogRecord, insertionEvents } = await this.executor.execute(
        { adRequest: request, arms: armsOf(decisions) },
        ctx,
      );
      const answer: Answer = { response: adResponse, insertions: insertionEvents, featureLog: featureLogRecord, ctx };
      this.#commit(request, answer, decisions);
      this.#observe(request, ctx, arrivedMs, headers, answer);
      return answer;
    } catch (error) {
      this.#observe(request, ctx, arrivedMs, headers, error);
      throw error;
    }
  }

  /** Makes the outputs real: log, counts, budgets. In memory, so the answer does not wait for a disk. */
  #commit(request: AdmittedRequest, { insertions, featureLog, ctx }: Answer, decisions: readonly Decision[]): void {
    this.#append(request.requestId, ctx, featureLog, insertions);
    const userId: UserId | undefined = request.consent.personalisation ? request.userId : undefined;
    let clicksExpected = 0;
    let revenueExpectedMicros = 0;
    for (const event of insertions) {
      const expectedMicros = expectedCostMicros(event);
      clicksExpected += event.clickProbability;
      revenueExpectedMicros += expectedMicros;
      this.insertions.book(event, userId);
      this.marketplace.budgets.insert(event.insertionId, event.campaignId, expectedMicros);
      if (userId === undefined) continue;
      const { insertionId, adId, atMs } = event;
      this.marketplace.actions.record({ eventId: insertionId, userId, adId, kind: "insertion", atMs, insertionId });
    }
    this.totals.insertions += insertions.length;
    this.arms.count(decisions, { adsShown: insertions.length, clicksExpected, revenueExpectedMicros });
  }

  #append(
    requestId: string,
    ctx: RunContext,
    featureLog: Answer["featureLog"],
    insertions: Answer["insertions"],
  ): void {
    const { sink, totals } = this;
    if (!isLoggedAsScored(featureLog)) totals.digestMismatches++;
    if (sink === undefined) return;
    const { featureLogShare } = this.settings;
    const writesFeatures =
      featureLogShare === 1 || (featureLogShare > 0 && pointOf("feature log", requestId) < featureLogShare);
    if (!writesFeatures) totals.featureLogSkipped++;
    if (!writesFeatures && insertions.length === 0) return;
    const facts = encodeFacts({
      requestId,
      seed: ctx.seed,
      quality: ctx.quality,
      switchedOff: plan.nodes.filter(({ index }) => ctx.switches[index] === 1).map(({ wired }) => wired.name),
      dropped: Object.fromEntries(ctx.ledger.countsByReason()),
      entered: ctx.ledger.stages[0]?.batch.size ?? 0,
    });
    if (insertions.length > 0)
      sink.append(servedRecord(RecordKind.insertionEvents, facts, InsertionEvents, insertions));
    if (!writesFeatures) return;
    totals.featureLogRecords++;
    sink.append(servedRecord(RecordKind.featureLog, facts, FeatureLogRecord, featureLog));
  }

  #observe(
    request: AdmittedRequest,
    ctx: RunContext,
    arrivedMs: number,
    headers: TraceHeaders,
    outcome: Answer | unknown,
  ): void {
    const durationMs = this.clock.monotonicMs() - arrivedMs;
    const answer = isAnswer(outcome) ? outcome : undefined;
    const failureCode = answer === undefined ? (outcome instanceof GraphError ? outcome.code : "TENON1619") : undefined;
    this.histograms.countRequest(durationMs, failureCode);
    this.quality.observe(durationMs + this.#lag.lagMs);
    this.drops.count(ctx.ledger);
    const { trace } = ctx;
    if (trace === undefined) return;
    this.histograms.record(trace, ctx.ledger);
    this.kept.keep({ request, trace, ledger: ctx.ledger, response: answer?.response, featureLog: answer?.featureLog });
    // On its own turn: exporters never delay an answer.
    if (this.#parts.onTraced !== undefined) setImmediate(this.#parts.onTraced, ctx, this.topology, headers);
  }

  /** Counts impressions and clicks of insertions of this host; repeats change nothing. */
  takeEvents(events: readonly AdEvent[]): EventReport {
    let counted = 0;
    let repeated = 0;
    let unknown = 0;
    for (const { eventId, kind, insertionId, atMs = this.clock.nowMs() } of events) {
      const insertion = this.insertions.get(insertionId);
      const key = `${kind} ${insertionId} ${eventId}`;
      if (insertion === undefined) unknown++;
      else if (this.#seenEvents.has(key)) repeated++;
      else {
        counted++;
        this.#remember(key);
        const chargedMicros = this.insertions.charge(insertion, kind);
        this.totals.chargedMicros += chargedMicros;
        if (chargedMicros > 0) this.marketplace.budgets.charge(insertionId, insertion.campaignId, chargedMicros);
        const { userId, adId } = insertion;
        if (userId !== undefined)
          this.marketplace.actions.record({ eventId: `${kind} ${eventId}`, userId, adId, kind, atMs, insertionId });
        this.sink?.append(adEventRecord({ eventId, kind, insertionId, atMs, chargedMicros }));
      }
    }
    return { counted, repeated, unknown };
  }

  #remember(key: string): void {
    this.#seenEvents.add(key);
    if (this.#seenEvents.size <= SEEN_EVENTS_MAX) return;
    for (const oldest of this.#seenEvents) {
      this.#seenEvents.delete(oldest);
      return;
    }
  }

  /** No further request is admitted from here on. */
  beginStop(): void {
    this.#stopping = true;
  }

  /** Waits for running requests, at most `drainMaxMs`, then writes and closes the log. */
  async stop(): Promise<void> {
    this.beginStop();
    const { drainMaxMs } = this.settings;
    let cancel: (() => void) | undefined;
    const timeout = new Promise<void>((resolve) => {
      cancel = this.clock.after(drainMaxMs, resolve);
    });
    await Promise.race([this.admission.idle(), timeout]);
    cancel?.();
    await this.sink?.close(drainMaxMs);
    this.#lag.stop();
  }
}

/** Events remembered to recognise repeats; older repeats of a click are still not charged twice, see I1. */
const SEEN_EVENTS_MAX = 400_000;

function isAnswer(outcome: unknown): outcome is Answer {
  return typeof outcome === "object" && outcome !== null && "featureLog" in outcome;
}

function isLoggedAsScored({ light, rank }: Answer["featureLog"]): boolean {
  return light.features.digest === light.scores.snapshotDigest && rank.features.digest === rank.scores.snapshotDigest;
}

function notReady(isStopping: boolean): GraphError {
  return hostError("notReady", {
    message: isStopping ? "the host is stopping" : "the host is starting",
    hint: "send the request to another host, or again once /readyz answers 200",
  });
}

/** Fields named in one error: enough to mend a body in one go. */
const FIELDS_NAMED_MAX = 20;

function wrongBody(body: unknown): GraphError {
  const parsed = AdRequestSchema.safeParse(body);
  const issues = parsed.success ? [{ path: [], message: "the value changes while it is read" }] : parsed.error.issues;
  const named = issues
    .slice(0, FIELDS_NAMED_MAX)
    .map(({ path, message }) => `${path.length === 0 ? "body" : path.join(".")}: ${message}`);
  return hostError("wrongBody", {
    message: "the body is no request for ads",
    detail: named.join("; "),
    hint: "send what /openapi.json describes for POST /v1/ads; unknown fields are refused",
  });
}
