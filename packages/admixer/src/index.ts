/** The serving host: `startAdMixer` with HTTP, `answerOnce` without. */
import type { AdRequest, AdResponse } from "@tenon/ads-model";
import type { EventLog } from "@tenon/event-log/api";
import {
  type HostClock,
  type LedgerJson,
  type RunContext,
  systemClock,
  type Topology,
  type TraceJson,
  traceToJson,
  traceToSpans,
  type ValueOf,
} from "@tenon/graph-core";
import { cannotListen } from "@tenon/http-host";
import type { InsertionEvents } from "@tenon/nodes";
import type { FastifyInstance } from "fastify";
import type { HostConfig } from "./config/read-config.ts";
import { AdMixer, type AdMixerParts } from "./host/ad-mixer.ts";
import type { TraceHeaders } from "./host/answer.ts";
import { hostError } from "./host/host-error.ts";
import { START_MAX_MS, settledWithin, startedWithin } from "./host/in-time.ts";
import { freshKey, keyOf } from "./host/pseudonym-key.ts";
import type { IndexFeed } from "./index-feed/index-feed.ts";
import type { Tracer } from "./observe/emit-spans.ts";
import { type ClickModels, loadClickModels } from "./resources/click-models.ts";
import { type OpenMarketplace, openMarketplace, type ServedAds } from "./resources/open-marketplace.ts";
import { POLICIES, type Policies } from "./resources/policies.ts";
import { openSegmentFiles } from "./sink/segment-file-sink.ts";

export {
  CONFIG_FILE,
  type ConfigSources,
  describeConfig,
  environmentName,
  flagName,
  type HostConfig,
  readConfig,
} from "./config/read-config.ts";
export {
  DEFAULT_SETTINGS,
  SECRET_SETTINGS,
  SETTING_NAMES,
  type SettingName,
  type Settings,
  SettingsSchema,
} from "./config/settings.ts";
export { type MarketplaceRuns, type RecordedMarketplace, recordMarketplace } from "./dev-run/record-marketplace.ts";
export { composeRows } from "./dev-run/row-reads.ts";
export { type ReplayParts, recordingExecutor, replayExecutor } from "./dev-run/serving-executor.ts";
export { KNOBS, type KnobName, servingKnob } from "./dev-run/serving-knobs.ts";
export { dropStrata } from "./dev-run/serving-strata.ts";
export { StandInPeople } from "./dev-run/stand-in-people.ts";
export { AdMixer } from "./host/ad-mixer.ts";
export type { Answer, AnswerOptions } from "./host/answer.ts";
export { isLoggedAsScored } from "./host/answer-log.ts";
export type { KeptRun } from "./host/kept-runs.ts";
export type { AdFreshness } from "./index-feed/delta-feed.ts";
export type { IndexFeedStatus } from "./index-feed/index-feed.ts";
export { type ClickModels, loadClickModels, MODEL_FILES, MODELS_FOLDER } from "./resources/click-models.ts";
export { type OpenMarketplace, openMarketplace, type ServedAds } from "./resources/open-marketplace.ts";
export { POLICIES, type Policies } from "./resources/policies.ts";
export { redacted } from "./server/redact.ts";
export { decodeRecord, type ReadSegment, readLog, type ServedRecord } from "./sink/read-log.ts";

/** Stand-ins for what a host loads, for tests and experiments. */
export interface HostOverrides {
  readonly models?: ClickModels;
  readonly policies?: Policies;
  /** Default: the marketplace of the settings. */
  readonly marketplace?: OpenMarketplace;
  readonly clock?: HostClock;
  /** Instead of the log that the settings name; closed with the host. For adSource pipeline. */
  readonly log?: EventLog;
  /** Gets the spans of traced requests, after their answers. */
  readonly tracer?: Tracer;
  /** Adds routes of its own to the server of the host, before it listens: pages, tools. */
  readonly extend?: (server: FastifyInstance, host: AdMixer) => Promise<void>;
  /** Told about trouble; default: one line on standard error, as `logLevel` asks. */
  readonly onTrouble?: (message: string, error: unknown) => void;
}

/** How long a start took, milliseconds. `load` is further divided where ads come from the pipeline. */
export type StartMs = Readonly<Record<"load" | "listen" | "warmUp" | "total", number>> &
  Readonly<Record<string, number>>;

export interface RunningAdMixer {
  /** Where it listens, e.g. `http://127.0.0.1:8787`. */
  readonly url: string;
  readonly host: AdMixer;
  readonly executor: AdMixer["executor"];
  /** How long the start took, milliseconds, by part. */
  readonly startMs: StartMs;
  /** A request of one of the marketplace's users, as a caller would send it. */
  readonly sampleRequest: (row?: number) => AdRequest;
  /** Stops accepting, lets running requests end within `drainMaxMs`, writes and closes the log. */
  readonly stop: () => Promise<void>;
}

/**
 * Starts a host that answers `POST /v1/ads`; it is ready when the promise settles. A start that fails leaves nothing
 * behind: no timer, no socket, no lock.
 *
 * @throws GraphError TENON1603 when the address cannot be listened on; TENON1604 when data or log folder cannot be used;
 *   TENON1605 when a part of the start takes too long; otherwise what a warm-up request failed with
 */
export async function startAdMixer(config: HostConfig, overrides: HostOverrides = {}): Promise<RunningAdMixer> {
  const { settings } = config;
  const startedMs = performance.now();
  const onTrouble = overrides.onTrouble ?? troubleLine(settings.logLevel);
  const onTraced = await spanExporter(overrides.tracer);
  const { host, loadMs } = await openHost(config, overrides, {
    pseudonymKey: keyOf(settings.dataFolder),
    onTrouble,
    onTraced,
    sink: (header) =>
      openSegmentFiles({
        folder: settings.logFolder as string,
        header,
        fsync: settings.logFsync,
        segmentBytesMax: settings.logSegmentBytesMax,
        bufferBytesMax: settings.logBufferBytesMax,
        keepBytesMax: settings.logKeepBytesMax,
        onFailure: (error) => onTrouble("the log cannot be written", error),
      }),
  });
  const loadedMs = performance.now();
  let server: FastifyInstance | undefined;
  const stop = stopOnce(() => stopServing(host, server, onTrouble));
  try {
    server = await startedWithin(host.clock, HTTP_PART, serverOf(host, onTrouble, overrides.extend));
    await listen(server, host);
    const listeningMs = performance.now();
    await warmedUp(host, onTrouble);
    const endMs = performance.now();
    return {
      url: urlOf(settings.host, (server.server.address() as { readonly port: number }).port),
      host,
      executor: host.executor,
      startMs: {
        ...loadMs,
        load: loadedMs - startedMs,
        listen: listeningMs - loadedMs,
        warmUp: endMs - listeningMs,
        total: endMs - startedMs,
      },
      sampleRequest: (row) => sampleRequest(host, row),
      stop,
    };
  } catch (error) {
    // Timer, socket and lock of a host that nobody gets would keep its process alive, and the next one from starting.
    await stop();
    throw error;
  }
}

/** Without a base there is nothing to warm up with: that is done, and the host ready, once there is one. */
async function warmedUp(host: AdMixer, onTrouble: Trouble): Promise<void> {
  if (!host.waitsForBase) return host.warmUp();
  host.feed?.ready
    .then(() => host.warmUp())
    .catch((error: unknown) => onTrouble("the host cannot serve the base it waited for", error));
}

const HTTP_PART = {
  what: "the HTTP server was not put together",
  maxMs: START_MAX_MS.httpServer,
  hint: "`tenon doctor` looks at the packages that are installed; `tenon run` answers one request without HTTP",
};

type Trouble = NonNullable<HostOverrides["onTrouble"]>;

async function serverOf(host: AdMixer, onTrouble: Trouble, extend: HostOverrides["extend"]): Promise<FastifyInstance> {
  // Loaded here, so that answering one request from the command line does not wait for an HTTP server.
  const { httpServer } = await import("./server/http-server.ts");
  const server = await httpServer(host, { error: onTrouble });
  await extend?.(server, host);
  await server.ready();
  return server;
}

async function listen(server: FastifyInstance, { settings: { host, port }, clock }: AdMixer): Promise<void> {
  const part = {
    what: `the system did not answer whether it listens on ${host}:${port}`,
    maxMs: START_MAX_MS.listen,
    hint: "set host to an address of this machine instead of a name that has to be looked up",
  };
  const failed = (error: unknown): never => {
    throw cannotListen({ host, port }, error);
  };
  await startedWithin(clock, part, server.listen({ host, port }).catch(failed));
}

/** Ends whatever its parts do: running requests, writing, last bytes and closing have a bound each. */
async function stopServing(host: AdMixer, server: FastifyInstance | undefined, onTrouble: Trouble): Promise<void> {
  host.beginStop();
  const closed = server?.close().then(undefined, (error: unknown) => onTrouble("the server closed badly", error));
  await host.stop();
  if (server === undefined || closed === undefined) return;
  // Answers that are out leave idle connections behind; what still runs after the drain is beyond saving.
  server.server.closeIdleConnections();
  if ((await settledWithin(host.clock, LAST_BYTES_MS, closed)) !== undefined) return;
  server.server.closeAllConnections();
  if ((await settledWithin(host.clock, CLOSE_MAX_MS, closed)) !== undefined) return;
  // Whoever still holds it may not keep the process alive.
  server.server.unref();
  onTrouble("the server did not close", undefined);
}

/** One answer, with everything that explains it. */
export interface OnceAnswer {
  readonly response: AdResponse;
  readonly insertions: ValueOf<typeof InsertionEvents>;
  readonly trace: TraceJson;
  readonly ledger: LedgerJson;
  readonly topology: Topology;
}

/**
 * Answers one request without HTTP and without a log. `request` absent: a sample request.
 *
 * @throws GraphError as `POST /v1/ads` would answer it
 */
export async function answerOnce(
  config: HostConfig,
  request?: unknown,
  overrides: HostOverrides = {},
): Promise<OnceAnswer> {
  const { settings } = config;
  // A first request meets cold code: it has the time it needs, and is told apart by its trace.
  const patient = {
    ...config,
    settings: { ...settings, deadlineMs: Math.max(settings.deadlineMs, FIRST_REQUEST_MS), warmUpRequests: 0 },
  };
  const { host } = await openHost(patient, overrides, { pseudonymKey: freshKey() });
  try {
    await host.warmUp();
    const { response, insertions, ctx } = await host.answer(request ?? sampleRequest(host), { traced: true });
    if (ctx.trace === undefined)
      throw hostError("unexpected", {
        message: "a traced request left no trace",
        hint: "this is a defect of the host",
      });
    return {
      response,
      insertions,
      trace: traceToJson(ctx.trace, host.topology),
      ledger: ctx.ledger.toJson(host.topology),
      topology: host.topology,
    };
  } finally {
    await host.stop();
  }
}

/** Deadline of a single request in a process of its own, ms. */
const FIRST_REQUEST_MS = 10_000;
/** Time for answers that are written to reach their sockets when a host stops, ms. */
const LAST_BYTES_MS = 250;
/** Longest wait for a server without connections to say that it is closed, ms. */
const CLOSE_MAX_MS = 2_000;
/** Rows of sample requests; a request for one beyond starts again at the first. */
const SAMPLE_REQUESTS = 100;

interface HostEnds extends Pick<AdMixerParts, "sink" | "onTraced" | "onTrouble"> {
  readonly pseudonymKey: string;
}

interface OpenedHost {
  readonly host: AdMixer;
  /** Parts of loading, milliseconds. */
  readonly loadMs: Readonly<Record<string, number>>;
}

async function openHost(
  { settings }: HostConfig,
  overrides: HostOverrides,
  { pseudonymKey, ...ends }: HostEnds,
): Promise<OpenedHost> {
  const { clock = systemClock, models = loadClickModels(), policies = POLICIES } = overrides;
  const { feed, ads, loadMs } = await openAds(settings, overrides, { clock, pseudonymKey, ...ends });
  try {
    return { host: new AdMixer({ settings, clock, marketplace: ads, feed, models, policies, ...ends }), loadMs };
  } catch (error) {
    await feed?.stop();
    throw error;
  }
}

async function openAds(
  settings: HostConfig["settings"],
  { marketplace, log }: HostOverrides,
  { clock, pseudonymKey, onTrouble = () => undefined }: HostEnds & { readonly clock: HostClock },
): Promise<{ readonly ads: ServedAds; readonly feed?: IndexFeed; readonly loadMs: OpenedHost["loadMs"] }> {
  if (marketplace !== undefined) return { ads: marketplace, loadMs: {} };
  if (settings.adSource === "pipeline") {
    // Loaded here: log, store and records are of no use to a host that generates its ads.
    const { openPipeline } = await import("./resources/open-pipeline.ts");
    const { ads, feed, startMs } = await openPipeline({ settings, clock, pseudonymKey, log, onTrouble });
    return { ads, feed, loadMs: startMs };
  }
  const { seed, adsMax, usersCount } = settings;
  const source = { seed, usersCount, pseudonymKey, nowMs: clock.nowMs, ...(adsMax !== null && { adsMax }) };
  return { ads: openMarketplace(source), loadMs: {} };
}

function sampleRequest({ marketplace, settings }: AdMixer, row = 0): AdRequest {
  const requests = marketplace.sampleRequests({ seed: settings.seed, count: SAMPLE_REQUESTS });
  const { requestId: _, timestampMs: __, ...request } = requests[row % SAMPLE_REQUESTS] as AdRequest;
  return request;
}

async function spanExporter(tracer: HostOverrides["tracer"]): Promise<AdMixerParts["onTraced"]> {
  if (tracer === undefined) return undefined;
  const { emitSpans, callerContext } = await import("./observe/emit-spans.ts");
  return ({ trace }: RunContext, topology: Topology, { traceparent }: TraceHeaders) => {
    if (trace !== undefined) emitSpans(tracer, traceToSpans(trace, topology), callerContext(traceparent));
  };
}

/** Lines per second on standard error: a node that fails in every request must not fill a disk. */
const TROUBLE_LINES_MAX = 20;

function troubleLine(level: HostConfig["settings"]["logLevel"]): (message: string, error: unknown) => void {
  if (level === "silent") return () => undefined;
  let second = 0;
  let lines = 0;
  return (message, error) => {
    const now = Math.floor(Date.now() / 1_000);
    if (now !== second) [second, lines] = [now, 0];
    if (++lines > TROUBLE_LINES_MAX) return;
    const text = error instanceof Error ? error.message : String(error ?? "");
    process.stderr.write(`${JSON.stringify({ level: "error", at: new Date().toISOString(), message, error: text })}\n`);
  };
}

function urlOf(host: string, port: number): string {
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

function stopOnce(stop: () => Promise<void>): () => Promise<void> {
  let stopped: Promise<void> | undefined;
  return () => (stopped ??= stop());
}
