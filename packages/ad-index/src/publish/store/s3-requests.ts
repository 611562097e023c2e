/** Signed requests to an S3-like service: time-outs, bounded tries, and errors without secrets. */
import { openAsBlob } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { storeFailed, storeRefuses } from "../errors.ts";
import { bodyBytes, bodySha256, sha256Of } from "./body.ts";
import type { Body } from "./object-store.ts";
import { amzDate, type Credentials, signRequest } from "./sign-request.ts";

/** Tries of one request, and the pause before the second; each further one is twice as long. */
export const TRIES_MAX = 4;
const PAUSE_MS = 100;
/** The slowest way that a body may take. */
const BYTES_PER_MS_MIN = 1_000;
/** How much of an answer that says no is read. */
const PROBLEM_CHARACTERS_MAX = 2_000;

export interface S3Settings {
  /** `https://s3.eu-west-1.amazonaws.com`, or of any service that speaks the dialect. Buckets are named in the path. */
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  /** Names joined by `/`, before every key. */
  readonly prefix?: string | undefined;
  readonly credentials: Credentials;
  /** Longest silence of the service, in milliseconds; a body has a second more per megabyte. Default 10,000. */
  readonly timeoutMs?: number;
  readonly nowMs?: () => number;
  readonly pause?: (ms: number) => Promise<unknown>;
}

export interface S3Request {
  readonly method: "GET" | "PUT" | "DELETE";
  /** Behind the bucket. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Body;
}

export interface S3Answer {
  readonly response: Response;
  /** Above 1: an earlier try may have done its work before it failed. */
  readonly tries: number;
  /** Keeps a body that still comes alive; called for every piece. */
  readonly alive: () => void;
}

export class S3Requests {
  readonly name: string;
  readonly #settings: S3Settings;
  readonly #timeoutMs: number;

  constructor(settings: S3Settings) {
    this.#settings = settings;
    this.#timeoutMs = settings.timeoutMs ?? 10_000;
    const { bucket, prefix, endpoint } = settings;
    this.name = `bucket "${bucket}"${prefix === undefined ? "" : ` (${prefix})`} of ${new URL(endpoint).host}`;
  }

  /** The answer, if its status is one of `wanted`. @throws GraphError TENON1443, TENON1444 */
  async send(request: S3Request, wanted: readonly number[]): Promise<S3Answer> {
    const { pause = sleep } = this.#settings;
    let problem = "";
    let cause: unknown;
    for (let tries = 1; tries <= TRIES_MAX; tries++) {
      if (tries > 1) await pause(PAUSE_MS * 2 ** (tries - 2));
      try {
        const answer = await this.#sendOnce(request, tries);
        const { response } = answer;
        if (wanted.includes(response.status)) return answer;
        problem = await problemOf(response);
        if (!isPassing(response.status)) throw storeRefuses(this.name, `it answers ${problem}`);
      } catch (error) {
        // An error that has a code of ours was meant for the caller.
        if (error instanceof Error && error.name === "GraphError") throw error;
        cause = error;
        problem =
          error instanceof Error && error.name === "AbortError"
            ? `no word for ${this.#timeoutMs} ms`
            : "the connection broke";
      }
    }
    throw storeFailed(this.name, `${request.method} after ${TRIES_MAX} tries: ${problem}`, cause);
  }

  async #sendOnce(request: S3Request, tries: number): Promise<S3Answer> {
    const { method, body } = request;
    const { url, headers } = this.#signed(request);
    const control = new AbortController();
    const bodyMs = body === undefined ? 0 : bodyBytes(body) / BYTES_PER_MS_MIN;
    const timer = setTimeout(() => control.abort(), this.#timeoutMs + bodyMs);
    timer.unref();
    try {
      const response = await fetch(url, {
        ...{ method, headers, redirect: "manual", signal: control.signal },
        ...(body !== undefined && {
          body: body instanceof Uint8Array ? (body as NonNullable<RequestInit["body"]>) : await openAsBlob(body.path),
        }),
      });
      return { response, tries, alive: () => void timer.refresh() };
    } catch (error) {
      clearTimeout(timer);
      throw error;
    }
  }

  #signed({ method, path, query = {}, headers = {}, body }: S3Request): {
    readonly url: URL;
    readonly headers: Readonly<Record<string, string>>;
  } {
    const { endpoint, bucket, region, credentials, nowMs = Date.now } = this.#settings;
    const url = new URL(`/${bucket}${path === "" ? "" : `/${path}`}`, endpoint);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    const atMs = nowMs();
    const payloadSha256 = body === undefined ? sha256Of(new Uint8Array()) : bodySha256(body);
    const signed = {
      ...headers,
      host: url.host,
      "x-amz-content-sha256": payloadSha256,
      "x-amz-date": amzDate(atMs),
      ...(credentials.sessionToken !== undefined && { "x-amz-security-token": credentials.sessionToken }),
    };
    const scope = { region, service: "s3", atMs };
    const authorization = signRequest({ method, url, headers: signed, payloadSha256 }, credentials, scope);
    return { url, headers: { ...signed, authorization } };
  }
}

/** Worth another try: overloaded, restarting, or another write of the same key under way. */
function isPassing(status: number): boolean {
  return status >= 500 || status === 408 || status === 409 || status === 429;
}

/** `403 AccessDenied`: the service's own word, nothing of the request. */
async function problemOf(response: Response): Promise<string> {
  const text = (await response.text().catch(() => "")).slice(0, PROBLEM_CHARACTERS_MAX);
  const word = /<Code>(\w{1,60})<\/Code>/.exec(text)?.[1] ?? "";
  return `${response.status} ${word}`.trim();
}
