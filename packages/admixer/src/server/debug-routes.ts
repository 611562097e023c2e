/** What operators ask a host: is it well, what did it do, why; and the switches. */
import { AdRequest, adId } from "@tenon/ads-model";
import { toPrometheus, traceToJson } from "@tenon/graph-core";
import type { FastifyInstance } from "fastify";
import type { z } from "zod";
import type { AdMixer } from "../host/ad-mixer.ts";
import { requireAdmin } from "./access.ts";
import { devRunRoutes } from "./dev-run-routes.ts";
import { explainAd } from "./explain-ad.ts";
import { feedRoutes } from "./feed-routes.ts";
import { hostMetrics } from "./host-metrics.ts";
import { keptRun } from "./kept-run.ts";
import { redacted } from "./redact.ts";
import {
  EventReportSchema,
  EventsSchema,
  ExplainParams,
  NodeParams,
  ProblemSchema,
  SwitchSchema,
  TraceParams,
} from "./schemas.ts";

const ADMIN = [{ admin: [] as string[] }];

export function debugRoutes(routes: FastifyInstance, host: AdMixer): void {
  healthRoutes(routes, host);
  feedRoutes(routes, host);
  traceRoutes(routes, host);
  devRunRoutes(routes, host);
  metricRoutes(routes, host);

  routes.post(
    "/v1/switches/:node",
    {
      schema: {
        summary: "Switch a node off or on, from the next request",
        params: NodeParams,
        body: SwitchSchema,
        security: ADMIN,
        response: { 409: ProblemSchema },
      },
    },
    (request) => {
      requireAdmin(host.settings, request.headers);
      const { node } = request.params as z.infer<typeof NodeParams>;
      const { on } = request.body as z.infer<typeof SwitchSchema>;
      host.executor.setSwitch(node, on);
      return { node, on };
    },
  );
  routes.post(
    "/v1/events",
    {
      schema: {
        summary: "Report impressions and clicks of ads that were served",
        body: EventsSchema,
        response: { 200: EventReportSchema },
      },
    },
    (request) => host.events.take((request.body as z.infer<typeof EventsSchema>).events),
  );
}

function healthRoutes(routes: FastifyInstance, host: AdMixer): void {
  routes.get("/healthz", { schema: { summary: "200 while the process lives" } }, () => ({ status: "alive" }));
  routes.get(
    "/readyz",
    { schema: { summary: "200 once index and models are loaded and while the log can be written" } },
    (_request, reply) => {
      const { ready, stopping, sink, marketplace } = host;
      const logHealthy = sink?.healthy ?? true;
      if (!ready || !logHealthy) reply.code(503);
      const starting = host.waitsForBase ? "waitingForBase" : "starting";
      const status = stopping ? "stopping" : !logHealthy ? "logFails" : ready ? "ready" : starting;
      return { status, ads: marketplace.index.current().version.documentCount, versions: host.versions() };
    },
  );
}

function traceRoutes(routes: FastifyInstance, host: AdMixer): void {
  routes.get(
    "/v1/traces",
    { schema: { summary: "Ids of the traces that are kept, newest first", security: ADMIN } },
    (request) => {
      requireAdmin(host.settings, request.headers);
      return { requestIds: host.kept.ids() };
    },
  );
  routes.get(
    "/v1/trace/:id",
    {
      schema: {
        summary: "What one traced request did: nodes, times, drops, answer",
        params: TraceParams,
        security: ADMIN,
        response: { 404: ProblemSchema },
      },
    },
    (request) => {
      requireAdmin(host.settings, request.headers);
      const {
        request: adRequest,
        trace,
        ledger,
        response,
        featureLog,
      } = keptRun(host, (request.params as z.infer<typeof TraceParams>).id);
      return {
        request: redacted(AdRequest, adRequest),
        trace: traceToJson(trace, host.topology),
        ledger: ledger.toJson(host.topology),
        indexVersion: featureLog?.indexVersion ?? null,
        response: response ?? null,
      };
    },
  );
  routes.get(
    "/v1/explain/:requestId/:adId",
    {
      schema: {
        summary: "Why one ad was or was not shown in one traced request",
        params: ExplainParams,
        security: ADMIN,
        response: { 404: ProblemSchema },
      },
    },
    (request) => {
      requireAdmin(host.settings, request.headers);
      const params = request.params as z.infer<typeof ExplainParams>;
      return explainAd(host, keptRun(host, params.requestId), adId(params.adId));
    },
  );
}

function metricRoutes(routes: FastifyInstance, host: AdMixer): void {
  routes.get(
    "/metrics",
    { schema: { summary: "Prometheus text format 0.0.4", security: ADMIN }, serializerCompiler: () => String },
    (request, reply) => {
      requireAdmin(host.settings, request.headers);
      reply.type("text/plain; version=0.0.4; charset=utf-8");
      return toPrometheus([host.histograms.snapshot(host.executor.counts)]) + hostMetrics(host);
    },
  );
  routes.get(
    "/v1/experiments",
    { schema: { summary: "Variants, what they did, and whether the split is the one asked for", security: ADMIN } },
    (request) => {
      requireAdmin(host.settings, request.headers);
      return { experiments: host.arms.report() };
    },
  );
}
