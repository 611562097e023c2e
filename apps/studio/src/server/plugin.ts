/** The studio below one prefix of a server: its page for everybody, its data for those who may administer. */
import { readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { GraphError } from "@tenon/graph-core";
import { problemHeaders, problemOf } from "@tenon/http-host";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { WhatIfRequestSchema } from "../data/what-if.ts";
import { type Access, requireAccess } from "./access.ts";
import type { AppFiles } from "./app-files.ts";
import { STUDIO_HEADERS } from "./content-policy.ts";
import { StudioData } from "./studio-data.ts";
import { statusOf, studioError } from "./studio-error.ts";
import type { StudioSource } from "./studio-source.ts";

export interface StudioOptions {
  readonly source: StudioSource;
  readonly access: Access;
  /** The built page; its promise may still be under way. */
  readonly app: Promise<AppFiles>;
  /** Begins with a slash, ends without. Default `/studio`. */
  readonly prefix?: string;
}

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};
/** Files of the build carry their hash in their names. */
const FOREVER = "public, max-age=31536000, immutable";

/** Adds the studio to a server. */
export async function serveStudio(server: FastifyInstance, options: StudioOptions): Promise<void> {
  const prefix = options.prefix ?? "/studio";
  await server.register(
    async (routes) => {
      prepareRoutes(routes);
      pageRoutes(routes, options.app, prefix);
      dataRoutes(routes, options);
    },
    { prefix },
  );
}

/** What every answer of the studio has, whoever gives it. */
export function prepareRoutes(routes: FastifyInstance): void {
  routes.setErrorHandler((error, request, reply) => sendProblem(reply, error, request.id));
  routes.addHook("onRequest", async (_request, reply) => void reply.headers(STUDIO_HEADERS));
  // JSON is made by JSON.stringify: these documents have no schema of the server's.
  routes.setSerializerCompiler(() => JSON.stringify);
  routes.setValidatorCompiler(() => (value) => ({ value }));
}

/** The page itself holds nothing to protect. */
export function pageRoutes(routes: FastifyInstance, app: Promise<AppFiles>, prefix: string): void {
  // A word of the plugin that describes routes, whose types are the host's.
  const hidden = { schema: { hide: true } as object };
  const send = async ({ headers }: FastifyRequest, reply: FastifyReply, name: string) => {
    const { folder, names, packed } = await app;
    if (!names.has(name))
      throw studioError("notThere", { message: `there is no file "${name}"`, hint: `open ${prefix}/` });
    reply.header("content-type", TYPES[extname(name)] ?? "application/octet-stream");
    reply.header("cache-control", name.startsWith("assets/") ? FOREVER : "no-cache");
    if (!/\bgzip\b/.test(String(headers["accept-encoding"] ?? ""))) return reply.send(readFileSync(join(folder, name)));
    return reply.header("content-encoding", "gzip").header("vary", "accept-encoding").send(packed(name));
  };
  routes.get("", hidden, (_request, reply) => reply.redirect(`${prefix}/`));
  routes.get("/", { ...hidden, prefixTrailingSlash: "slash" }, (request, reply) => send(request, reply, "index.html"));
  routes.get("/assets/:name", hidden, (request, reply) =>
    send(request, reply, `assets/${(request.params as { readonly name: string }).name}`),
  );
}

function dataRoutes(routes: FastifyInstance, { source, access }: StudioOptions): void {
  const data = new StudioData(source);
  const get = (
    path: string,
    summary: string,
    answer: (
      params: Readonly<Record<string, string>>,
      query: Readonly<Record<string, unknown>>,
      host: string,
    ) => unknown,
  ) =>
    routes.get(
      `/data/${path}`,
      { schema: { summary, security: [{ admin: [] }] } as object },
      async (request, reply) => {
        requireAccess(access, request.headers);
        reply.header("cache-control", "no-store");
        return answer(
          request.params as Readonly<Record<string, string>>,
          request.query as Readonly<Record<string, unknown>>,
          `${request.protocol}://${request.host}`,
        );
      },
    );
  get("index.json", "Studio: what there is to open", (_params, _query, host) => data.index(true, host));
  get("graphs/:hash.json", "Studio: a graph with its places", ({ hash = "" }) => data.graph(hash));
  get("cohorts/:hash.json", "Studio: the kept runs of a graph together", ({ hash = "" }) => data.cohort(hash));
  get("runs/:requestId.json", "Studio: what one traced request did", ({ requestId = "" }) => data.run(requestId));
  get("runs/:requestId/ads/:adId.json", "Studio: why one ad did or did not show", ({ requestId = "", adId = "" }) =>
    data.ad(requestId, numberOf(adId)),
  );
  // The names of nodes in subgraphs have slashes.
  get("runs/:requestId/nodes/*", "Studio: what a node read and wrote", ({ requestId = "", "*": file = "" }, { ad }) => {
    if (!file.endsWith(".json"))
      throw studioError("notThere", {
        message: `there is no "${file}"`,
        hint: "expected the name of a node and .json",
      });
    return data.values(requestId, file.slice(0, -".json".length), ad === undefined ? undefined : numberOf(String(ad)));
  });
  get("documents/:adId.json", "Studio: where the document of an ad is on its way", ({ adId = "" }) =>
    required(source.document, "the documents of ads", "start the whole system with `tenon up`")(numberOf(adId)),
  );
  get("lineage.json", "Studio: from source columns to logged features", () =>
    required(source.lineage, "the lineage", "start the whole system with `tenon up`")(),
  );
  get("live.json", "Studio: rates, lag, lanes, freshness", () =>
    required(source.live, "a live view", "open the studio of a running host")(),
  );
  get("reports/:id.json", "Studio: a report of a dev run", ({ id = "" }) => data.report(id));
  routes.post("/data/what-if", { schema: { hide: true } as object }, async (request) => {
    requireAccess(access, request.headers);
    const question = WhatIfRequestSchema.safeParse(request.body);
    if (!question.success)
      throw studioError("wrongQuestion", {
        message: "this is no question that can be run again",
        detail: question.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; "),
        hint: "expected { requestId, adId, edits, flip }, as docs/design/0019-studio.md describes",
      });
    return required(source.whatIf, "recordings to run again", "the host must record runs")(question.data);
  });
}

function required<Part>(part: Part | undefined, what: string, hint: string): Part {
  if (part !== undefined) return part;
  throw studioError("cannotHere", { message: `this server has no ${what.replace(/^the |^a /, "")}`, hint });
}

function numberOf(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw studioError("wrongQuestion", {
    message: `"${text}" is no id of an ad`,
    hint: "expected a whole number",
  });
}

function sendProblem(reply: FastifyReply, error: unknown, requestId: string) {
  const known =
    error instanceof GraphError
      ? error
      : new GraphError("the studio failed", {
          code: "TENON2059",
          category: "invariant",
          hint: "this is a defect of the studio",
          cause: error,
        });
  const status = statusOf(known);
  return reply
    .code(status)
    .headers(problemHeaders(status))
    .send(JSON.stringify(problemOf(known, { status, requestId })));
}
