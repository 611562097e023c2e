/** What a traced request would have been with another value, and the same request as a corpus, of a stand-in. */
import type { ChangedNode, Edit, Flip } from "@tenon/dev-run";
import type { FastifyInstance } from "fastify";
import type { z } from "zod";
import type { WhatIfGiven } from "../dev-run/serving-runs.ts";
import type { AdMixer } from "../host/ad-mixer.ts";
import { requireAdmin } from "./access.ts";
import { keptRun } from "./kept-run.ts";
import { ProblemSchema, TraceParams, WhatIfSchema } from "./schemas.ts";

const ADMIN = [{ admin: [] as string[] }];

export function devRunRoutes(routes: FastifyInstance, host: AdMixer): void {
  routes.get(
    "/v1/recordings/:id",
    {
      schema: {
        summary: "A traced request as a corpus of one run, as a stand-in would be answered now",
        params: TraceParams,
        security: ADMIN,
        response: { 404: ProblemSchema },
      },
    },
    async (request, reply) => {
      requireAdmin(host.settings, request.headers);
      const { id } = request.params as z.infer<typeof TraceParams>;
      const corpus = await host.runs.corpusOf(keptRun(host, id));
      return reply
        .type("application/octet-stream")
        .header("content-disposition", `attachment; filename="${id}.runs"`)
        .send(corpus);
    },
  );
  routes.post(
    "/v1/what-if/:id",
    {
      schema: {
        summary: "A traced request with other values: what runs again, what differs, what becomes of ads",
        params: TraceParams,
        body: WhatIfSchema,
        security: ADMIN,
        response: { 404: ProblemSchema },
      },
    },
    async (request): Promise<WhatIfAnswer> => {
      requireAdmin(host.settings, request.headers);
      const { id } = request.params as z.infer<typeof TraceParams>;
      const { edits, adIds = [], flip } = request.body as z.infer<typeof WhatIfSchema>;
      return answered(id, await host.runs.whatIf(keptRun(host, id), { edits: edits as readonly Edit[], adIds, flip }));
    },
  );
}

/** Nothing personal: names, verdicts, ids of ads. */
interface WhatIfAnswer {
  readonly requestId: string;
  readonly edits: readonly string[];
  readonly rerun: readonly string[];
  readonly changed: readonly ChangedNode[];
  readonly first: ChangedNode | null;
  readonly responseChanged: boolean;
  readonly failure: { readonly code: string; readonly message: string } | null;
  readonly shown: { readonly before: readonly number[]; readonly after: readonly number[] };
  readonly ads: WhatIfGiven["result"]["ads"];
  readonly flip: Flip | null;
}

function answered(requestId: string, { result, flip }: WhatIfGiven): WhatIfAnswer {
  const { before, after, edits, rerun, changed, first = null, responseChanged, ads } = result;
  const failure = after.failure === undefined ? null : { code: after.failure.code, message: after.failure.message };
  const shown = { before: shownIn(before.answer), after: shownIn(after.answer) };
  return { requestId, edits, rerun, changed, first, responseChanged, failure, shown, ads, flip: flip ?? null };
}

/** Ads of a response, from the top. */
function shownIn(answer: Readonly<Record<string, unknown>> | undefined): readonly number[] {
  const response = answer?.["adResponse"] as
    | { readonly positions: readonly { readonly kind: string; readonly adId?: number }[] }
    | undefined;
  return (response?.positions ?? []).flatMap(({ kind, adId }) => (kind === "ad" && adId !== undefined ? [adId] : []));
}
