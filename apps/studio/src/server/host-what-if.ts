/**
 * What-if by the host that the studio stands on: its own route repeats the run, with the host's own rules. Asked within the
 * process; the answer is put into the studio's words.
 */
import { GraphError, type GraphErrorFacts } from "@tenon/graph-core";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { money } from "../data/explain/money.ts";
import type { WhatIfAnswer, WhatIfRequest } from "../data/what-if.ts";
import type { Access } from "./access.ts";
import { studioError } from "./studio-error.ts";

const ROUTE = "/v1/what-if/:id";

const Verdict = z.looseObject({ fate: z.string(), sentence: z.string() });
const Changed = z.object({ node: z.string(), owner: z.string(), slots: z.array(z.string()) });
/** What of the host's answer is read. */
const HostAnswer = z.looseObject({
  rerun: z.array(z.string()),
  changed: z.array(Changed),
  first: Changed.nullable(),
  failure: z.object({ code: z.string(), message: z.string() }).nullable(),
  shown: z.object({ before: z.array(z.number()), after: z.array(z.number()) }),
  ads: z.array(z.object({ before: Verdict, after: Verdict })),
  flip: z
    .discriminatedUnion("found", [
      z.looseObject({
        found: z.literal(true),
        value: z.number(),
        flippedAt: z.number(),
        before: Verdict,
        after: Verdict,
      }),
      z.looseObject({
        found: z.literal(false),
        value: z.number(),
        bound: z.number(),
        before: Verdict,
        atBound: Verdict,
      }),
    ])
    .nullable(),
});
type HostAnswer = z.infer<typeof HostAnswer>;

/** Undefined where the host has no such route. */
export function hostWhatIf(
  server: FastifyInstance,
  { adminToken }: Access,
): ((question: WhatIfRequest) => Promise<WhatIfAnswer>) | undefined {
  if (!server.hasRoute({ method: "POST", url: ROUTE })) return undefined;
  return async (question) => {
    const reply = await server.inject({
      method: "POST",
      url: ROUTE.replace(":id", encodeURIComponent(question.requestId)),
      headers: { host: "127.0.0.1", ...(adminToken !== null && { authorization: `Bearer ${adminToken}` }) },
      payload: hostQuestion(question),
    });
    const body: unknown = JSON.parse(reply.body);
    if (reply.statusCode !== 200) throw refusedBy(body, reply.statusCode);
    const answer = HostAnswer.safeParse(body);
    if (answer.success) return answerOf(answer.data, question);
    throw studioError("hostSilent", {
      message: "the host's answer to a what-if is not understood",
      detail: answer.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; "),
      hint: "host and studio are of two versions: use the studio that the host serves",
    });
  };
}

function hostQuestion({ adId, edits, flip }: WhatIfRequest) {
  return {
    edits: edits.map((edit) => ({ kind: "adId" in edit ? "ad" : "field", ...edit })),
    ...(adId !== null && { adIds: [adId] }),
    ...(adId !== null && flip !== null && { flip: { adId, knob: flip } }),
  };
}

function refusedBy(body: unknown, status: number): GraphError {
  const { title = "the host refused", code, detail, hint } = body as Readonly<Record<string, string | undefined>>;
  return new GraphError(title, {
    code: (code ?? "TENON2053") as GraphErrorFacts["code"],
    category: status === 503 ? "resource" : "input",
    detail,
    hint: hint ?? "look at the host's log",
  });
}

function answerOf(
  { rerun, changed, first, failure, shown, ads, flip }: HostAnswer,
  { adId, flip: knob }: WhatIfRequest,
): WhatIfAnswer {
  const [ad] = ads;
  const words = (ids: readonly number[]) => (ids.length === 0 ? "no ad is shown" : `shown: ${ids.join(", ")}`);
  const plain = (verdict: z.infer<typeof Verdict>, ids: readonly number[]) =>
    adId !== null && ids.includes(adId)
      ? `ad ${adId} is shown at place ${ids.indexOf(adId) + 1} of the ads`
      : verdict.sentence;
  return {
    first,
    differing: changed,
    before: ad === undefined ? words(shown.before) : plain(flip?.before ?? ad.before, shown.before),
    after:
      failure !== null
        ? `the run fails: ${failure.code} ${failure.message}`
        : flip !== null
          ? (flip.found ? flip.after : flip.atBound).sentence
          : ad === undefined
            ? words(shown.after)
            : plain(ad.after, shown.after),
    shownBefore: shown.before,
    shownAfter: shown.after,
    reran: rerun.length,
    flip: flip === null || knob === null || adId === null ? null : flipOf(flip, knob, adId),
  };
}

function flipOf(flip: NonNullable<HostAnswer["flip"]>, knob: string, adId: number): WhatIfAnswer["flip"] {
  const to = flip.found ? flip.flippedAt : flip.bound;
  // The score of an ad is the probability of a click.
  const shown = (value: number) => (knob === "score" ? `${(value * 100).toPrecision(3)} %` : money(value));
  const [from, until] = [shown(flip.value), shown(to)];
  const what = `a ${knob} of ${until} instead of ${from}`;
  const turns = flip.before.fate === "kept" ? "would keep it from being shown" : "would show it";
  const sentence = flip.found ? `Ad ${adId}: ${what} ${turns}.` : `Ad ${adId}: even ${what} would change nothing.`;
  return { what: knob, from: flip.value, to, unit: knob === "score" ? "probability" : "micros", sentence };
}
