/** One request through the real host, in this process: no socket, no log. */
import { randomBytes } from "node:crypto";
import { AdMixer, type Answer, type HostConfig, loadClickModels, openMarketplace, POLICIES } from "@tenon/admixer";

/** Bytes of a pseudonym key that nothing outlives. */
const KEY_BYTES = 32;
/** A process that has just started is slow; the default deadline would judge the compiler, not the graph. */
const FIRST_REQUEST_MS = 10_000;
/** Requests run before, so that times are those of compiled code. */
const WARM_UP_REQUESTS = 10;
/** Sample requests are numbered from 0; one beyond begins anew. */
export const SAMPLE_REQUESTS = 1_000;

export interface AnsweredRequest {
  readonly request: Readonly<Record<string, unknown>>;
  readonly answer: Answer;
  readonly host: AdMixer;
}

export interface AnswerRequestOptions {
  readonly config: HostConfig;
  /** The body, or the number of a sample request. */
  readonly request: Readonly<Record<string, unknown>> | number;
  readonly onStep: (step: string) => void;
}

/**
 * Loads the marketplace and answers, checked and traced.
 *
 * @throws GraphError as `POST /v1/ads` would answer it
 */
export async function answerRequest({ config, request, onStep }: AnswerRequestOptions): Promise<AnsweredRequest> {
  const { seed, adsMax, usersCount, deadlineMs } = config.settings;
  onStep("loading the marketplace");
  const marketplace = openMarketplace({
    seed,
    usersCount,
    pseudonymKey: randomBytes(KEY_BYTES).toString("base64url"),
    nowMs: Date.now,
    ...(adsMax !== null && { adsMax }),
  });
  const settings = {
    ...config.settings,
    deadlineMs: config.sources.deadlineMs === "default" ? FIRST_REQUEST_MS : deadlineMs,
    checkedShare: 1,
    warmUpRequests: WARM_UP_REQUESTS,
  };
  const host = new AdMixer({ settings, marketplace, models: loadClickModels(), policies: POLICIES });
  onStep("answering");
  const body = typeof request === "number" ? sampleRequest(host, request) : request;
  try {
    await host.warmUp();
    return { request: body, answer: await host.answer(body, { traced: true }), host };
  } finally {
    await host.stop();
  }
}

/** A request as a caller would send it now. */
function sampleRequest({ marketplace, settings }: AdMixer, number: number): Readonly<Record<string, unknown>> {
  const requests = marketplace.sampleRequests({ seed: settings.seed, count: SAMPLE_REQUESTS });
  const {
    requestId: _,
    timestampMs: __,
    ...request
  } = requests[number % SAMPLE_REQUESTS] as NonNullable<(typeof requests)[number]>;
  return request;
}
