/**
 * The serving host without its socket: admits a request, decides arms and deadline, runs the graph, and makes its outputs
 * real. HTTP and the command line both stand on it.
 *
 * H1 Before an answer goes out, log, counts and budgets have taken note of it, in memory: no request waits for a disk.
 * H2 What was answered is appended to the log, whatever becomes of the connection.
 * H3 A request is refused before it runs when the host is not ready, there is no place, or the log has no room.
 */
import type { AdmittedRequest, Arms, UserId } from "@tenon/ads-model";
import {
  createExecutor,
  GraphError,
  type HostClock,
  NodeHistograms,
  QualityController,
  type Recording,
  type RunContext,
  recordRun,
  systemClock,
  type Topology,
  topologyHash,
  topologyOf,
} from "@tenon/graph-core";
import { compiledSlot } from "@tenon/graph-core/internal";
import { adRequest } from "@tenon/graphs";
import { FeatureLogRecord, InsertionEvents, LIGHT_FEATURES, RANK_FEATURES } from "@tenon/nodes";
import type { Settings } from "../config/settings.ts";
import { ServingRuns } from "../dev-run/serving-runs.ts";
import { ArmTotals } from "../experiments/arm-totals.ts";
import { armsOf, type Decision, decide } from "../experiments/decide-arms.ts";
import type { IndexFeed } from "../index-feed/index-feed.ts";
import type { ClickModels } from "../resources/click-models.ts";
import type { ServedAds } from "../resources/open-marketplace.ts";
import type { Policies } from "../resources/policies.ts";
import type { AppendSink } from "../sink/append-sink.ts";
import { schemaFingerprints } from "../sink/read-log.ts";
import type { SegmentHeader } from "../sink/segment-format.ts";
import { Admission } from "./admission.ts";
import { admitRequest } from "./admit-request.ts";
import type { Answer, AnswerOptions, TraceHeaders } from "./answer.ts";
import { AnswerLog } from "./answer-log.ts";
import { DropTotals } from "./drop-totals.ts";
import { EventIntake } from "./event-intake.ts";
import { hostError } from "./host-error.ts";
import { START_MAX_MS, settledWithin, startedWithin, startTooLong } from "./in-time.ts";
import { expectedCostMicros, InsertionBook } from "./insertion-book.ts";
import { KeptRuns } from "./kept-runs.ts";
import { LoopLag } from "./loop-lag.ts";
import { RunningRequests } from "./running-requests.ts";
import { servingPlan as plan } from "./serving-plan.ts";

/** Time after which warming up ends with the requests that were run, ms. */
const WARM_UP_MAX_MS = 30_000;
/** How much later than at its deadline a run may be told of it, ms. */
const DEADLINE_LATE_MS = 1_000;
const DEADLINE_PASSED = "TENON1211";

export interface AdMixerParts {
  readonly settings: Settings;
  readonly marketplace: ServedAds;
  readonly models: ClickModels;
  readonly policies: Policies;
  /** Where the ads come from the pipeline; ended with the host. */
  readonly feed?: IndexFeed | undefined;
  /** Absent: answers leave no record (one request from the command line). */
  readonly sink?: ((header: () => SegmentHeader) => AppendSink) | undefined;
  readonly clock?: HostClock | undefined;
  /** Told after the answer about a traced request. */
  readonly onTraced?: ((ctx: RunContext, topology: Topology, headers: TraceHeaders) => void) | undefined;
  /** Told about a node whose failure policy was applied, and about other trouble. */
  readonly onTrouble?: ((message: string, error: unknown) => void) | undefined;
}

export class AdMixer {
  readonly settings: Settings;
  readonly clock: HostClock;
  readonly marketplace: ServedAds;
  readonly topology: Topology = topologyOf(adRequest);
  readonly executor;
  readonly feed: IndexFeed | undefined;
  readonly requests: RunningRequests;
  readonly histograms = new NodeHistograms(this.topology);
  readonly drops = new DropTotals(this.topology);
  readonly kept: KeptRuns;
  readonly runs: ServingRuns;
  readonly arms: ArmTotals;
  readonly admission: Admission;
  readonly quality: QualityController;
  readonly insertions = new InsertionBook();
  readonly sink: AppendSink | undefined;
  readonly log: AnswerLog;
  readonly events: EventIntake;
  /** Counts of the host itself; they only ever grow. */
  readonly totals = { refusedBusy: 0, refusedLogBehind: 0, refusedNotReady: 0, wrongBodies: 0, insertions: 0 };
  readonly #parts: AdMixerParts;
  readonly #lag: LoopLag;
  #stopping = false;
  #ready = false;

  constructor(parts: AdMixerParts) {
    const { settings, marketplace } = parts;
    this.#parts = parts;
    this.clock = parts.clock ?? systemClock;
    this.settings = settings;
    this.marketplace = marketplace;
    this.feed = parts.feed;
    this.requests = parts.feed?.requests ?? new RunningRequests();
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
    this.runs = new ServingRuns({
      ...{ settings, ads: marketplace, models: parts.models, policies: parts.policies, clock: this.clock },
      isBusy: () => this.quality.quality < 1 || this.admission.waiting > 0,
      onTrouble: (message, error) => parts.onTrouble?.(message, error),
    });
    this.sink = parts.sink?.(() => this.#segmentHeader());
    this.log = new AnswerLog(this.sink, settings.featureLogShare);
    this.events = new EventIntake({ marketplace, insertions: this.insertions, sink: this.sink, clock: this.clock });
    // Last: it has a timer, and nobody could stop the timer of a host that could not be made.
    this.#lag = new LoopLag(this.clock);
  }

  get ready(): boolean {
    return this.#ready && !this.#stopping;
  }

  /** No base is published, and none can be done without. */
  get waitsForBase(): boolean {
    return this.feed?.servable === false;
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
   * The host is ready afterwards. On a machine too slow for all of them within `WARM_UP_MAX_MS`, the rest is left out.
   *
   * @throws GraphError TENON1605 when a request is not answered in time; otherwise what the graph failed with
   */
  async warmUp(): Promise<void> {
    const count = this.settings.warmUpRequests;
    const nowMs = this.clock.nowMs();
    const startedMs = this.clock.monotonicMs();
    const requests =
      count === 0
        ? []
        : this.marketplace.sampleRequests({ seed: this.settings.seed, count, startAtMs: nowMs, durationMs: 1 });
    for (const [at, request] of requests.entries()) {
      if (this.clock.monotonicMs() - startedMs > WARM_UP_MAX_MS) break;
      await this.#warmUpOnce(this.admit({ ...request, requestId: `warm-up-${at}` }), { at, count, nowMs });
      // Probes are answered in between.
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.#ready = true;
  }

  /**
   * Bounded twice: the deadline names the nodes that are waited for, and needs the runtime to keep its promise; the
   * clock needs nothing.
   */
  async #warmUpOnce(
    request: AdmittedRequest,
    { at, count, nowMs }: { readonly at: number; readonly count: number; readonly nowMs: number },
  ): Promise<void> {
    const maxMs = START_MAX_MS.warmUpRequest;
    const part = {
      what: `warm-up request ${at + 1} of ${count} was not answered`,
      maxMs,
      hint: "look at the store or node that is waited for; warmUpRequests 0 starts without asking",
    };
    const leave = this.requests.enter();
    const ctx = this.executor.begin({
      requestId: request.requestId,
      nowMs,
      deadlineMs: this.clock.nowMs() + maxMs,
      quality: 1,
      checked: at % 8 === 0,
    });
    const run = async () =>
      this.executor.execute({ adRequest: request, arms: armsOf(decide(this.settings.experiments, request)) }, ctx);
    try {
      await startedWithin(this.clock, { ...part, maxMs: maxMs + DEADLINE_LATE_MS }, run());
    } catch (error) {
      if (error instanceof GraphError && error.code === DEADLINE_PASSED) throw startTooLong(part, error);
      throw error;
    } finally {
      ctx.close();
      leave();
    }
  }

  /** {@link admitRequest}, counted. @throws GraphError TENON1610 */
  admit(body: unknown, ownId?: string): AdmittedRequest {
    try {
      return admitRequest(body, ownId);
    } catch (error) {
      this.totals.wrongBodies++;
      throw error;
    }
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
      throw notReady(this.#stopping, this.waitsForBase);
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
    const arms = armsOf(decisions);
    const waitedMs = this.clock.monotonicMs() - arrivedMs;
    const nowMs = Math.floor(this.clock.nowMs() - waitedMs);
    const leave = this.requests.enter();
    const { ctx, response, recording } = this.#begin({ adRequest: request, arms }, traced === true, nowMs);
    const seen = { request, arms, ctx, recording, arrivedMs, headers };
    try {
      const { adResponse, featureLogRecord, insertionEvents } = await response();
      const answer: Answer = { response: adResponse, insertions: insertionEvents, featureLog: featureLogRecord, ctx };
      this.#commit(request, answer, decisions);
      this.#observe(seen, answer);
      return answer;
    } catch (error) {
      this.#observe(seen, error);
      throw error;
    } finally {
      leave();
    }
  }

  /** A traced request is recorded as well, so that it can be repeated and edited; others pay nothing for that. */
  #begin(input: ServingRequest, traced: boolean, nowMs: number) {
    const { requestId } = input.adRequest;
    const options = { requestId, nowMs, deadlineMs: nowMs + this.settings.deadlineMs };
    if (traced || this.executor.isSampled(requestId)) {
      const { ctx, response, recording } = recordRun(this.executor, input, { ...options, checked: true });
      return { ctx, response: () => response, recording };
    }
    const ctx = this.executor.begin({ ...options, checked: false });
    return { ctx, response: () => this.executor.execute(input, ctx), recording: undefined };
  }

  /** Makes the outputs real: log, counts, budgets. In memory, so the answer does not wait for a disk. */
  #commit(request: AdmittedRequest, answer: Answer, decisions: readonly Decision[]): void {
    const { insertions } = answer;
    this.log.append(answer, this.#switchedOff(answer.ctx));
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

  #switchedOff({ switches }: RunContext): readonly string[] {
    return plan.nodes.filter(({ index }) => switches[index] === 1).map(({ wired }) => wired.name);
  }

  #observe({ request, arms, ctx, recording, arrivedMs, headers }: SeenRun, outcome: Answer | unknown): void {
    const durationMs = this.clock.monotonicMs() - arrivedMs;
    const answer = isAnswer(outcome) ? outcome : undefined;
    const failureCode = answer === undefined ? (outcome instanceof GraphError ? outcome.code : "TENON1619") : undefined;
    this.histograms.countRequest(durationMs, failureCode);
    this.quality.observe(durationMs + this.#lag.lagMs);
    this.drops.count(ctx.ledger);
    this.runs.offer(request, arms, ctx, answer);
    const { trace } = ctx;
    if (trace === undefined || recording === undefined) return;
    this.histograms.record(trace, ctx.ledger);
    this.kept.keep({
      ...{ request, arms, trace, ledger: ctx.ledger, recording },
      response: answer?.response,
      featureLog: answer?.featureLog,
    });
    // On its own turn: exporters never delay an answer.
    if (this.#parts.onTraced !== undefined) setImmediate(this.#parts.onTraced, ctx, this.topology, headers);
  }

  /** No further request is admitted from here on. */
  beginStop(): void {
    this.#stopping = true;
  }

  /** Waits for running requests, at most `drainMaxMs`, then writes and closes the log. Ends whatever happens. */
  async stop(): Promise<void> {
    this.beginStop();
    const { drainMaxMs } = this.settings;
    try {
      await settledWithin(this.clock, drainMaxMs, this.admission.idle());
      await settledWithin(this.clock, drainMaxMs, this.runs.stop());
      await this.sink?.close(drainMaxMs);
    } finally {
      await this.feed?.stop();
      this.#lag.stop();
    }
  }
}

type ServingRequest = Parameters<(typeof plan)["run"]>[0];

/** A run that has ended, and what is known of it besides its outcome. */
interface SeenRun {
  readonly request: AdmittedRequest;
  readonly arms: Arms;
  readonly ctx: RunContext;
  readonly recording: (() => Recording) | undefined;
  readonly arrivedMs: number;
  readonly headers: TraceHeaders;
}

function isAnswer(outcome: unknown): outcome is Answer {
  return typeof outcome === "object" && outcome !== null && "featureLog" in outcome;
}

function notReady(isStopping: boolean, waitsForBase: boolean): GraphError {
  const starting = waitsForBase ? "the host waits for a base: none is published" : "the host is starting";
  return hostError("notReady", {
    message: isStopping ? "the host is stopping" : starting,
    hint: "send the request to another host, or again once /readyz answers 200",
  });
}
