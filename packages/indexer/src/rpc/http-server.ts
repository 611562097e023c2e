/** The HTTP surface of an indexing process: stages and handlers by call, metrics, health. What is answered is decided elsewhere. */
import { randomUUID } from "node:crypto";
import { GraphError } from "@tenon/graph-core";
import {
  isLoopback,
  mayAdminister,
  PROBLEM_TYPE,
  problemHeaders,
  problemOf,
  STATUS_BY_CATEGORY,
} from "@tenon/http-host";
import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import type { IndexerSettings } from "../host/indexer-settings.ts";
import { IndexerCode, indexerError } from "../indexer-error.ts";
import type { ArgusCalls } from "./argus-calls.ts";
import type { StageRuns } from "./stage-runs.ts";
import { ArgusCallSchema, bodyOf, StageCallSchema, sendJson } from "./wire.ts";

/** Longest time for a whole request to arrive, and for its headers; beyond it the connection is closed. */
const RECEIVE_MAX_MS = 10_000;
const HEADERS_MAX_MS = 5_000;
/** Operators, scrapers and dev runs: few. */
const CONNECTIONS_MAX = 256;
/** Calls at once: each may hold a transaction. */
const CALLS_MAX = 8;

export type HttpSettings = Pick<IndexerSettings, "host" | "adminToken" | "bodyBytesMax">;

export interface HttpServerOptions {
  readonly settings: HttpSettings;
  readonly stages: Pick<StageRuns, "call">;
  readonly argus: Pick<ArgusCalls, "call">;
  /** Prometheus text of everything. */
  readonly metricsText: () => Promise<string>;
  /** Why this process should get no calls; null: it may. */
  readonly notReadyBecause: () => Promise<string | null>;
  readonly onTrouble: (what: string, error: Error) => void;
}

/** Does not listen yet. @throws GraphError TENON1691 for an address beyond this machine without a token */
export function httpServer(options: HttpServerOptions): FastifyInstance {
  refuseOpenDoor(options.settings);
  const server = Fastify({
    logger: false,
    bodyLimit: options.settings.bodyBytesMax,
    requestTimeout: RECEIVE_MAX_MS,
    genReqId: () => randomUUID(),
    forceCloseConnections: true,
    return503OnClosing: false,
  });
  server.server.headersTimeout = HEADERS_MAX_MS;
  server.server.maxConnections = CONNECTIONS_MAX;
  answerProblems(server, options);
  healthRoutes(server, options);
  callRoutes(server, options);
  return server;
}

function healthRoutes(server: FastifyInstance, options: HttpServerOptions): void {
  server.get("/healthz", () => ({ status: "alive" }));
  server.get("/readyz", async (_, reply) => {
    const reason = await options.notReadyBecause();
    return reply.code(reason === null ? 200 : 503).send({ status: reason === null ? "ready" : "notReady", reason });
  });
  server.get("/metrics", async (request, reply) => {
    requireAdmin(options.settings, request);
    return reply.type("text/plain; version=0.0.4; charset=utf-8").send(await options.metricsText());
  });
}

function callRoutes(server: FastifyInstance, { settings, stages, argus }: HttpServerOptions): void {
  let running = 0;
  const answered = async (request: FastifyRequest, reply: FastifyReply, call: () => Promise<unknown>) => {
    requireAdmin(settings, request);
    if (running >= CALLS_MAX)
      throw indexerError("busy", `${CALLS_MAX} calls are running`, {
        detail: "a process runs that many at once, and none waits",
        hint: "call again in a second, call another process, or append to the topic",
      });
    running++;
    try {
      return sendJson(reply, await call());
    } finally {
      running--;
    }
  };
  server.post("/v1/stages/:stage", (request, reply) =>
    answered(request, reply, () => {
      const { mode, messages } = bodyOf(StageCallSchema, request.body);
      return stages.call((request.params as { readonly stage: string }).stage, messages as never, mode);
    }),
  );
  server.post("/v1/argus", (request, reply) =>
    answered(request, reply, () => {
      const { handler, keys, mode } = bodyOf(ArgusCallSchema, request.body);
      return argus.call(handler, keys, mode);
    }),
  );
}

function refuseOpenDoor({ host, adminToken }: HttpSettings): void {
  if (isLoopback(host) || adminToken !== null) return;
  throw indexerError("openWithoutToken", `host "${host}" can be reached from outside, and there is no adminToken`, {
    detail: "whoever reaches it could write to the repository",
    hint: "set TENON_ADMIN_TOKEN to a random text of 16 characters or more, or listen on 127.0.0.1",
  });
}

function requireAdmin(settings: HttpSettings, { headers }: FastifyRequest): void {
  if (mayAdminister(settings, headers)) return;
  throw indexerError("notAllowed", "this needs the admin token", {
    hint: "send authorization: Bearer <adminToken>; the token is set with TENON_ADMIN_TOKEN",
  });
}

const STATUS_BY_CODE: Readonly<Record<string, number>> = {
  [IndexerCode.notAllowed]: 401,
  [IndexerCode.noSuchRoute]: 404,
  [IndexerCode.callTooLarge]: 413,
  [IndexerCode.busy]: 503,
};

function answerProblems(server: FastifyInstance, { settings, onTrouble }: HttpServerOptions): void {
  const send = (request: FastifyRequest, reply: FastifyReply, error: GraphError) => {
    const status = STATUS_BY_CODE[error.code] ?? STATUS_BY_CATEGORY[error.category];
    if (status >= 500 && status !== 503) onTrouble(`call ${request.id}`, error);
    // What is wrong with a body too large cannot be read to its end: the connection is of no further use.
    if (status === 413) reply.header("connection", "close");
    return sendJson(
      reply.code(status).headers(problemHeaders(status)),
      problemOf(error, { status, requestId: request.id }),
      PROBLEM_TYPE,
    );
  };
  server.setErrorHandler((error: FastifyError, request, reply) =>
    send(request, reply, ofFastify(error, settings.bodyBytesMax)),
  );
  server.setNotFoundHandler((request, reply) =>
    send(
      request,
      reply,
      indexerError("noSuchRoute", `there is no ${request.method} ${request.url.split("?")[0]}`, {
        detail: "expected POST /v1/stages/<task>, POST /v1/argus, GET /metrics, /healthz or /readyz",
        hint: "the README of packages/indexer shows the calls",
      }),
    ),
  );
}

/** What the HTTP layer refuses, in our words. */
function ofFastify(error: FastifyError, bodyBytesMax: number): GraphError {
  if (error instanceof GraphError) return error;
  const { statusCode: status = 500 } = error;
  if (status === 413)
    return indexerError("callTooLarge", `the body has more than ${bodyBytesMax} bytes`, {
      hint: "send several calls; bodyBytesMax sets the bound",
    });
  if (status >= 400 && status < 500)
    return indexerError("wrongCall", "the body cannot be read", {
      detail: error.message,
      hint: "send JSON with content-type: application/json",
    });
  return indexerError("unexpected", "the host failed unexpectedly", {
    hint: "this is a defect of the host: look for this request id in what it said",
    cause: error,
  });
}
