/** A studio of its own for a host somewhere else: the page from here, the data from there, the token known to this process alone. */
import { problemHeaders } from "@tenon/http-host";
import Fastify, { type FastifyInstance } from "fastify";
import { requireAccess } from "./access.ts";
import type { AppFiles } from "./app-files.ts";
import { pageRoutes, prepareRoutes } from "./plugin.ts";
import { ownReport, withOwn } from "./reports-beside.ts";
import { studioError } from "./studio-error.ts";
import type { ReportSource } from "./studio-source.ts";

/** Longest wait for the host, ms. */
const ANSWER_MAX_MS = 30_000;
/** A question that is longer is none, bytes. */
const QUESTION_BYTES_MAX = 65_536;
const LOOPBACK = { host: "127.0.0.1", adminToken: null } as const;

export interface ProxyOptions {
  /** Where the host listens, e.g. `https://admixer-3:8787`. */
  readonly host: string;
  readonly token: string | undefined;
  readonly app: Promise<AppFiles>;
  /** Of this machine, beside those of the host. */
  readonly reports?: ReportSource | undefined;
}

/** Listens on this machine alone: whoever may use it may use the token. */
export async function studioProxy({ host, token, app, reports }: ProxyOptions): Promise<FastifyInstance> {
  const server = Fastify({ logger: false, bodyLimit: QUESTION_BYTES_MAX, forceCloseConnections: true });
  await server.register(
    async (routes) => {
      prepareRoutes(routes);
      pageRoutes(routes, app, "/studio");
      routes.all("/data/*", async (request, reply) => {
        requireAccess(LOOPBACK, request.headers);
        const rest = (request.params as { readonly "*": string })["*"];
        const parts = rest.split("/");
        // They would lead to other routes of the host, with its token.
        if (parts.some((part) => part === "." || part === ".."))
          throw studioError("notThere", { message: `there is no "${rest}"`, hint: "index.json lists what there is" });
        const address = parts.map(encodeURIComponent).join("/");
        const own = reports && (await ownReport(reports, address));
        reply.header("cache-control", "no-store");
        if (own !== undefined) return own;
        const { ad } = request.query as { readonly ad?: unknown };
        const query = ad === undefined ? "" : `?ad=${encodeURIComponent(String(ad))}`;
        const { status, text, type } = await askHost(`${host}/studio/data/${address}${query}`, {
          token,
          method: request.method,
          body: request.body,
        });
        if (reports !== undefined && status === 200 && address === "index.json")
          return withOwn(address, JSON.parse(text), reports);
        return reply
          .code(status)
          .headers({ ...problemHeaders(status), "content-type": type })
          .serializer(String)
          .send(text);
      });
    },
    { prefix: "/studio" },
  );
  server.get("/", (_request, reply) => reply.redirect("/studio/"));
  return server;
}

interface Question {
  readonly token: string | undefined;
  readonly method?: string;
  readonly body?: unknown;
}

/** @throws GraphError TENON2055 when nobody answers, or somebody who is no studio */
export async function askHost(
  url: string,
  { token, method = "GET", body }: Question,
): Promise<{ readonly status: number; readonly text: string; readonly type: string }> {
  const silent = (detail: string, cause?: unknown) =>
    studioError("hostSilent", {
      message: `no studio answers at ${new URL(url).origin}`,
      detail,
      hint: "start a host with `tenon up`, name it with --host, and give its token with --token or TENON_ADMIN_TOKEN",
      cause,
    });
  const init = {
    method,
    signal: AbortSignal.timeout(ANSWER_MAX_MS),
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && body !== null && { "content-type": "application/json" }),
    },
    ...(body !== undefined && body !== null && { body: JSON.stringify(body) }),
  };
  let reply: Response;
  let text: string;
  try {
    reply = await fetch(url, init);
    text = await reply.text();
  } catch (cause) {
    throw silent(String((cause as Error).cause ?? (cause as Error).message), cause);
  }
  const type = reply.headers.get("content-type") ?? "";
  if (!type.includes("json")) throw silent(`found status ${reply.status} and ${type || "no type"}`);
  return { status: reply.status, text, type };
}
