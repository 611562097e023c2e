import Fastify from "fastify";
import { expect, test } from "vitest";
import { hostWhatIf } from "./host-what-if.ts";

const access = { host: "0.0.0.0", adminToken: "a-secret-of-16-chars" };
const question = { requestId: "r 1", adId: 41, edits: [], flip: "bid" as const };
const verdict = (fate: string) => ({ adId: 41, fate, sentence: `candidate 41 was ${fate}` });
const found = {
  ...{
    rerun: ["scoreBids", "pickWinners"],
    changed: [{ node: "scoreBids", owner: "ads-auction", slots: ["auctionScore"], edited: false }],
  },
  first: { node: "scoreBids", owner: "ads-auction", slots: ["auctionScore"], edited: false },
  ...{
    failure: null,
    shown: { before: [7], after: [7] },
    ads: [{ before: verdict("dropped"), after: verdict("dropped") }],
  },
  flip: {
    found: true,
    value: 1_000_000,
    flippedAt: 2_500_000,
    keptAt: 2_499_999,
    before: verdict("dropped"),
    after: verdict("kept"),
    runs: 9,
  },
};

async function hostSaying(status: number, answer: object) {
  const asked: unknown[] = [];
  const server = Fastify();
  server.post("/v1/what-if/:id", (request, reply) => {
    asked.push([request.params, request.body, request.headers.authorization]);
    return reply.code(status).send(answer);
  });
  return { asked, whatIf: hostWhatIf(server, access) };
}

test("a host without recordings can be asked nothing", () => expect(hostWhatIf(Fastify(), access)).toBeUndefined());

test("the question in the host's words, with its token; the answer in the studio's", async () => {
  const { asked, whatIf } = await hostSaying(200, found);
  const edits = [
    { slot: "retrievedAds", column: "bidMicros", adId: 41, value: 5 },
    { slot: "arms", path: "x.y", value: true },
  ];
  expect(await whatIf?.({ ...question, edits })).toMatchObject({
    first: { node: "scoreBids" },
    ...{ before: "candidate 41 was dropped", after: "candidate 41 was kept", reran: 2, shownBefore: [7] },
    flip: { from: 1_000_000, to: 2_500_000, sentence: "Ad 41: a bid of $2.50 instead of $1.00 would show it." },
  });
  expect(asked).toEqual([
    [
      { id: "r 1" },
      {
        adIds: [41],
        flip: { adId: 41, knob: "bid" },
        edits: [
          { kind: "ad", ...edits[0] },
          { kind: "field", ...edits[1] },
        ],
      },
      "Bearer a-secret-of-16-chars",
    ],
  ]);
});

test("a bound that turns nothing, a run that fails, no ad asked about", async () => {
  const bound = {
    ...found,
    flip: {
      found: false,
      value: 1,
      bound: 9_000_000,
      before: verdict("dropped"),
      atBound: verdict("dropped"),
      runs: 9,
    },
  };
  expect((await (await hostSaying(200, bound)).whatIf?.(question))?.flip?.sentence).toContain("even a bid of $9.00");
  const failing = { ...found, flip: null, failure: { code: "TENON1201", message: "node failed" } };
  expect((await (await hostSaying(200, failing)).whatIf?.(question))?.after).toBe(
    "the run fails: TENON1201 node failed",
  );
  const without = { ...found, flip: null, ads: [], shown: { before: [7], after: [] } };
  expect(await (await hostSaying(200, without)).whatIf?.({ ...question, adId: null })).toMatchObject({
    before: "shown: 7",
    after: "no ad is shown",
  });
});

test("what the host refuses is passed on; what is not understood is said", async () => {
  const refusing = await hostSaying(400, { title: 'slot "x" is not there', code: "TENON2005", hint: "name a slot" });
  await expect(refusing.whatIf?.(question)).rejects.toMatchObject({ code: "TENON2005" });
  const strange = await hostSaying(200, { hello: 1 });
  await expect(strange.whatIf?.(question)).rejects.toMatchObject({ code: "TENON2055" });
});
