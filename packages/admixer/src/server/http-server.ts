/** The socket of the host: routes, schemas, sizes, times. What it answers is decided in `AdMixer`. */
import { randomUUID } from "node:crypto";
import { AdRequestSchema, AdResponseSchema } from "@tenon/ads-model";
import { GraphError } from "@tenon/graph-core";
import { mayAdminister, problemHeaders, problemOf } from "@tenon/http-host";
import Fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type RouteOptions,
} from "fastify";
import { validatorCompiler } from "fastify-type-provider-zod";
import type { Settings } from "../config/settings.ts";
import type { AdMixer } from "../host/ad-mixer.ts";
import { hostError } from "../host/host-error.ts";
import { debugRoutes } from "./debug-routes.ts";
import { asGraphError, statusOf } from "./problem-json.ts";
import { ProblemSchema } from "./schemas.ts";

/** Longest time for a whole request to arrive, and for its headers; beyond it the connection is closed. */
const RECEIVE_MAX_MS = 10_000;
const HEADERS_MAX_MS = 5_000;
const KEEP_ALIVE_MS = 30_000;
/** Sockets at once: each costs memory before it says a word. */
const CONNECTIONS_MAX = 10_000;

declare module "fastify" {
  interface FastifyRequest {
    /** By the host clock's `monotonicMs`. */
    arrivedMs: number;
  }
}

/** Answers with text that is JSON already: schemas here are documentation, and serialising through them is no faster. */
const asJson = () => (value: unknown) => JSON.stringify(value);

export async function httpServer(
  host: AdMixer,
  log: { readonly error: (line: string, error: unknown) => void },
): Promise<FastifyInstance> {
  const { settings } = host;
  const server = Fastify({
    logger: false,
    bodyLimit: settings.bodyBytesMax,
    requestTimeout: RECEIVE_MAX_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    // An id of the caller's own comes in the body; this one names what has no body.
    genReqId: () => randomUUID(),
    forceCloseConnections: "idle",
    return503OnClosing: false,
  });
  server.server.headersTimeout = HEADERS_MAX_MS;
  server.server.maxConnections = CONNECTIONS_MAX;
  server.setValidatorCompiler(validatorCompiler);
  server.setSerializerCompiler(asJson);
  server.decorateRequest("arrivedMs", 0);
  server.addHook("onRequest", (request, _reply, done) => {
    request.arrivedMs = host.clock.monotonicMs();
    done();
  });
  answerProblems(server, settings, log);
  const known: RouteOptions[] = [];
  server.addHook("onRoute", (route) => {
    known.push(route);
  });
  await server.register(async (routes) => {
    adsRoute(routes, host);
    debugRoutes(routes, host);
    routes.get("/openapi.json", { schema: { hide: true } }, async () => {
      // A tenth of the modules of a start, for a page that is rarely asked for.
      const { describeRoutes } = await import("./describe-routes.ts");
      return describeRoutes(known);
    });
  });
  return server;
}

function adsRoute(routes: FastifyInstance, host: AdMixer): void {
  routes.post(
    "/v1/ads",
    {
      schema: {
        summary: "The blended feed for one request",
        description: "Send `x-tenon-trace: 1` with admin rights to have the request traced.",
        body: AdRequestSchema,
        response: {
          200: AdResponseSchema,
          400: ProblemSchema,
          413: ProblemSchema,
          503: ProblemSchema,
          504: ProblemSchema,
        },
      },
      // The host checks with the slot's compiled schema, a twentieth of zod's time; zod names what is wrong when it is.
      validatorCompiler: () => (value) => ({ value }),
    },
    async (request, reply) => {
      const traced = request.headers["x-tenon-trace"] === "1" && mayAdminister(host.settings, request.headers);
      const traceparent = request.headers.traceparent;
      const { response } = await host.answer(request.body, {
        arrivedMs: request.arrivedMs,
        requestId: request.id,
        ...(traced && { traced }),
        ...(typeof traceparent === "string" && { headers: { traceparent } }),
      });
      reply.header("x-request-id", response.requestId);
      return response;
    },
  );
}

function answerProblems(
  server: FastifyInstance,
  { bodyBytesMax }: Settings,
  log: { readonly error: (line: string, error: unknown) => void },
): void {
  server.setErrorHandler((error: FastifyError, request, reply) =>
    sendProblem(reply, request, ofFastify(error, bodyBytesMax), log),
  );
  server.setNotFoundHandler((request, reply) =>
    sendProblem(
      reply,
      request,
      hostError("noSuchRoute", {
        message: `there is no ${request.method} ${request.url.split("?")[0]}`,
        hint: "GET /openapi.json lists the routes",
      }),
      log,
    ),
  );
}

function sendProblem(
  reply: FastifyReply,
  request: FastifyRequest,
  error: GraphError,
  log: { readonly error: (line: string, error: unknown) => void },
) {
  const requestId = requestIdOf(request);
  const status = statusOf(error);
  if (status >= 500 && status !== 503) log.error(`request ${requestId}: ${error.message}`, error);
  // What is wrong with a body too large or cut off cannot be read to its end: the connection is of no further use.
  if (status === 413) reply.header("connection", "close");
  return reply
    .code(status)
    .headers(problemHeaders(status))
    .header("x-request-id", requestId)
    .send(problemOf(error, { status, requestId }));
}

const CALLERS_ID = /^[A-Za-z0-9_-]{1,64}$/;

function requestIdOf({ body, id }: FastifyRequest): string {
  const own = (body as { readonly requestId?: unknown } | null | undefined)?.requestId;
  return typeof own === "string" && CALLERS_ID.test(own) ? own : id;
}

/** What the HTTP layer refuses, in our words. */
function ofFastify(error: FastifyError, bodyBytesMax: number): GraphError {
  if (error instanceof GraphError) return error;
  if (error.statusCode === 413) {
    return hostError("bodyTooLarge", {
      message: `the body has more than ${bodyBytesMax} bytes`,
      hint: "send at most 200 organic items; bodyBytesMax sets the bound",
    });
  }
  if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500) {
    return hostError("wrongBody", {
      message: error.validation === undefined ? "the body cannot be read" : "the request does not fit the route",
      detail: error.message,
      hint: "send JSON with content-type: application/json, as /openapi.json describes",
    });
  }
  return asGraphError(error);
}
