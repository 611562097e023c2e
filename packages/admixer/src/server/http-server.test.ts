/** The contract of the host over real HTTP. */
import { AdResponseSchema } from "@tenon/ads-model";
import { promiseByHand } from "@tenon/graph-testkit";
import type { UserStore } from "@tenon/nodes";
import { afterAll, beforeAll, expect, test } from "vitest";
import { personalRequest, smallMarketplace, startTestHost, type TestHost } from "../../test/test-host.ts";
import { decodeRecord, readLog } from "../sink/read-log.ts";

let host: TestHost;
const marketplace = smallMarketplace();

beforeAll(async () => {
  host = await startTestHost({ bodyBytesMax: 8_192, checkedShare: 0 }, { marketplace });
});
afterAll(() => host.end());

test("a request is answered with a feed of the published schema, under its own id", async () => {
  const { status, headers, json } = await host.post({ ...host.sampleRequest(), requestId: "mine" });
  expect(status).toBe(200);
  expect(AdResponseSchema.parse(json).requestId).toBe("mine");
  expect(headers.get("x-request-id")).toBe("mine");
});

test("ads are among the positions, priced, with a reason each, and every organic item keeps its order", async () => {
  const request = host.sampleRequest(1);
  const { json } = await host.post(request);
  const { positions } = AdResponseSchema.parse(json);
  const ads = positions.flatMap((each) => (each.kind === "ad" ? [each] : []));
  expect(ads.length).toBeGreaterThan(0);
  for (const ad of ads) {
    expect(ad.chargedPriceMicros).toBeGreaterThan(0);
    expect(ad.reason).not.toBe("");
  }
  const organic = positions.flatMap((each) => (each.kind === "organic" ? [each.organicId] : []));
  expect(organic).toEqual(request.organicItems.map(({ organicId }) => organicId));
});

test.each([
  ["no body field", {}, "surface"],
  ["a wrong type", { adSlotsWanted: "three" }, "adSlotsWanted"],
  ["a surface that does not exist", { surface: "lockScreen" }, "surface"],
  ["a query outside search", { surface: "homeFeed", query: "shoes" }, "query"],
  ["search without a query", { surface: "search", query: undefined }, "query"],
  ["a region of another country", { country: "DE", region: "US-CA" }, "region"],
  ["an unknown field", { userid: "u1" }, "userid"],
  ["a request id with other characters", { requestId: "a b" }, "requestId"],
  ["too many slots", { adSlotsWanted: 21 }, "adSlotsWanted"],
])("%s is refused with 400, naming the field", async (_, change, field) => {
  const base = _ === "no body field" ? {} : { ...personalRequest(host), ...change };
  const { status, headers, json } = await host.post(base);
  expect(status).toBe(400);
  expect(headers.get("content-type")).toContain("application/problem+json");
  expect(json).toMatchObject({ status: 400, code: "TENON1610" });
  expect(json.detail).toContain(field);
});

test("what was sent is not repeated in a problem", async () => {
  const { json } = await host.post({ ...personalRequest(host), userId: "secret user!" });
  expect(json.code).toBe("TENON1610");
  expect(JSON.stringify(json)).not.toContain("secret user");
});

test("text that is no JSON, and a body of another type, are refused with 400", async () => {
  expect((await host.post('{"surface":')).json).toMatchObject({ status: 400, code: "TENON1610" });
  expect((await host.post("[1]")).json).toMatchObject({ status: 400, code: "TENON1610" });
  expect((await host.post("null")).json).toMatchObject({ status: 400, code: "TENON1610" });
  expect((await host.post("surface=homeFeed", { "content-type": "text/plain" })).json).toMatchObject({
    status: 400,
    code: "TENON1610",
  });
});

test("a body that is too large is refused with 413 before it is read", async () => {
  const { status, json } = await host.post(JSON.stringify({ padding: "x".repeat(9_000) }));
  expect(status).toBe(413);
  expect(json).toMatchObject({ code: "TENON1611" });
});

test("an unknown route is a problem with 404 and a hint", async () => {
  const { status, text } = await host.get("/v1/adds");
  expect(status).toBe(404);
  expect(JSON.parse(text)).toMatchObject({ code: "TENON1612", title: "there is no GET /v1/adds" });
});

test("the schema that is published is the schema that is enforced", async () => {
  const document = JSON.parse((await host.get("/openapi.json")).text);
  expect(document.openapi).toBe("3.1.0");
  expect(Object.keys(document.paths)).toEqual(
    expect.arrayContaining(["/v1/ads", "/v1/trace/{id}", "/v1/events", "/metrics", "/readyz"]),
  );
  const body = document.paths["/v1/ads"].post.requestBody.content["application/json"].schema;
  expect(body.additionalProperties).toBe(false);
  expect(body.required).toEqual(expect.arrayContaining(["surface", "country", "consent", "organicItems"]));
  expect(body.required).not.toContain("requestId");
});

test("a traced request can be looked at: nodes, drops, answer, and nothing personal", async () => {
  const request = { ...personalRequest(host), requestId: "traced", city: "Springfield" };
  const { json } = await host.post(request, { "x-tenon-trace": "1" });
  const { status, text } = await host.get("/v1/trace/traced");
  expect(status).toBe(200);
  expect(text).not.toContain(request.userId);
  expect(text).not.toContain("Springfield");
  const trace = JSON.parse(text);
  expect(trace.request).toMatchObject({ userId: "[personal]", city: "[personal]", country: request.country });
  expect(trace.trace.nodes.find((node: { name: string }) => node.name === "predictClicks")).toMatchObject({
    outcome: "ok",
    owner: "ads-ranking",
  });
  expect(trace.ledger).toMatchObject({ conserved: true });
  expect(trace.response).toEqual(json);
});

test("one ad's way is explained: shown, dropped with its reason, or never found", async () => {
  const { json } = await host.post({ ...host.sampleRequest(2), requestId: "explained" }, { "x-tenon-trace": "1" });
  const shown = AdResponseSchema.parse(json).positions.findIndex((each) => each.kind === "ad");
  const shownId = (json.positions[shown] as { adId: number }).adId;
  expect(JSON.parse((await host.get(`/v1/explain/explained/${shownId}`)).text)).toMatchObject({
    fate: "shown",
    position: shown,
    reason: null,
  });

  const { ledger } = JSON.parse((await host.get("/v1/trace/explained")).text);
  const stage = ledger.stages.find(({ node }: { node: string }) => node === "pickWinners");
  const lost = stage.drops[0];
  const explanation = JSON.parse((await host.get(`/v1/explain/explained/${lost.id}`)).text);
  expect(explanation).toMatchObject({
    fate: "dropped",
    position: null,
    reason: { name: "lost_auction", actor: "market" },
  });
  expect(explanation.steps.at(-1)).toMatchObject({
    node: "pickWinners",
    reason: "lost_auction",
    threshold: lost.threshold,
    value: lost.value,
  });
  expect(explanation.ranked.clickProbability).toBeGreaterThan(0);

  expect(JSON.parse((await host.get("/v1/explain/explained/999999999")).text)).toMatchObject({
    reason: { name: "not_indexed" },
  });
  const found = new Set(ledger.stages[0].drops.map(({ id }: { id: number }) => id));
  const unfound = [...marketplace.documents.keys()].find(
    (id) => !found.has(id) && host.host.kept.get("explained")?.ledger.explain(id).fate === "neverEntered",
  );
  expect(JSON.parse((await host.get(`/v1/explain/explained/${unfound}`)).text)).toMatchObject({
    reason: { name: "retrieval_missed" },
  });
});

test("a request that was not traced says so", async () => {
  await host.post({ ...host.sampleRequest(), requestId: "untraced" });
  const { status, text } = await host.get("/v1/trace/untraced");
  expect(status).toBe(404);
  expect(JSON.parse(text)).toMatchObject({ code: "TENON1617" });
});

/** Every sample line is `name{labels} number`, and every metric is declared once before its samples. */
function metricsOf(text: string): ReadonlyMap<string, number> {
  const values = new Map<string, number>();
  const declared = new Set<string>();
  for (const line of text.trimEnd().split("\n")) {
    const declaration = /^# (HELP|TYPE) (\S+) .+$/.exec(line);
    if (declaration !== null) {
      if (declaration[1] === "TYPE") expect(declared.has(declaration[2] as string)).toBe(false);
      if (declaration[1] === "TYPE") declared.add(declaration[2] as string);
      continue;
    }
    const sample = /^([a-zA-Z_:][\w:]*)(\{(?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\.)*",?)*\})? (\S+)$/.exec(line);
    expect(sample, line).not.toBeNull();
    const [, name = "", labels = "", value] = sample ?? [];
    expect(declared.has(name.replace(/_(bucket|sum|count)$/, "")) || declared.has(name), line).toBe(true);
    values.set(name + labels, Number(value));
  }
  return values;
}

test("metrics are in the Prometheus format and count what happened", async () => {
  const before = metricsOf((await host.get("/metrics")).text);
  await host.post(host.sampleRequest(3));
  await host.post({ wrong: true });
  const response = await host.get("/metrics");
  expect(response.headers.get("content-type")).toContain("version=0.0.4");
  const after = metricsOf(response.text);
  const rise = (name: string) => (after.get(name) ?? 0) - (before.get(name) ?? 0);
  expect(rise("tenon_admixer_requests_total")).toBe(1);
  expect(rise("tenon_admixer_wrong_bodies_total")).toBe(1);
  expect(rise('tenon_request_latency_ms_count{graph="ad-request"}')).toBe(1);
  expect(
    rise('tenon_admixer_dropped_total{node="pickWinners",owner="ads-auction",reason="lost_auction"}'),
  ).toBeGreaterThan(0);
  expect(after.get("tenon_admixer_log_digest_mismatches_total")).toBe(0);
  expect(after.get("tenon_admixer_ready")).toBe(1);
});

test("a switched-off node is replaced by its failure policy, counted, and switched on again", async () => {
  const set = (node: string, on: boolean) =>
    fetch(`${host.url}/v1/switches/${node}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ on }),
    });
  expect((await set("loadUserProfile", false)).status).toBe(200);
  await host.post({ ...personalRequest(host), requestId: "switched" }, { "x-tenon-trace": "1" });
  const { trace } = JSON.parse((await host.get("/v1/trace/switched")).text);
  expect(trace.nodes.find((node: { name: string }) => node.name === "loadUserProfile").outcome).toBe("switchedOff");
  expect((await host.get("/metrics")).text).toContain('tenon_admixer_switched_off{node="loadUserProfile"} 1');
  expect((await set("loadUserProfile", true)).status).toBe(200);
  expect((await host.get("/metrics")).text).not.toContain("tenon_admixer_switched_off{");

  const refused = await set("mergeCandidates", false);
  expect(refused.status).toBe(409);
  expect(await refused.json()).toMatchObject({ code: "TENON1210" });
  expect((await set("noSuchNode", false)).status).toBe(409);
});

test("events charge what the insertion promised, once, and count for the user's caps", async () => {
  const request = { ...personalRequest(host), requestId: "charged" };
  const { json } = await host.post(request);
  const ad = AdResponseSchema.parse(json).positions.flatMap((each) =>
    each.kind === "ad" && each.chargedPer === "click" ? [each] : [],
  )[0];
  const insertionId = `charged.${ad?.adId}`;
  const before = host.host.events.chargedMicros;
  const send = async (events: readonly unknown[]) => {
    const response = await fetch(`${host.url}/v1/events`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ events }),
    });
    return { status: response.status, json: await response.json() };
  };
  const impression = { eventId: "i1", kind: "impression", insertionId };
  const click = { eventId: "c1", kind: "click", insertionId };
  expect(
    (
      await send([
        impression,
        click,
        click,
        { ...click, eventId: "c2" },
        { eventId: "x", kind: "click", insertionId: "no.1" },
      ])
    ).json,
  ).toEqual({ counted: 3, repeated: 1, unknown: 1 });
  expect(host.host.events.chargedMicros - before).toBe(ad?.chargedPriceMicros);
  const { entities } = await marketplace.actions.countsFor(request.userId as never, new AbortController().signal);
  expect(entities.find(({ level, entityId }) => level === "ad" && entityId === ad?.adId)).toMatchObject({
    impressionsPer1Days: 1,
    clicksPer30Days: 2,
  });
  expect((await send([{ kind: "purchase" }])).status).toBe(400);
});

test("a web page cannot reach what is for operators, with or without the right name", async () => {
  expect((await host.get("/metrics", { origin: "https://elsewhere.example" })).status).toBe(401);
  const { hostname, port } = new URL(host.url);
  expect(hostname).toBe("127.0.0.1");
  const { request } = await import("node:http");
  const rebound = await new Promise<number | undefined>((resolve, reject) => {
    request(
      { host: hostname, port, path: "/v1/traces", headers: { host: `elsewhere.example:${port}` } },
      (response) => {
        response.resume();
        resolve(response.statusCode);
      },
    )
      .on("error", reject)
      .end();
  });
  expect(rebound).toBe(401);
});

test("with an admin token, operators need it and callers do not", async () => {
  const adminToken = "a token of more than sixteen characters";
  const guarded = await startTestHost({ adminToken: adminToken.replaceAll(" ", "-") }, { marketplace });
  try {
    const bearer = { authorization: `Bearer ${adminToken.replaceAll(" ", "-")}` };
    for (const path of ["/metrics", "/v1/traces", "/v1/trace/x", "/v1/explain/x/1", "/v1/experiments"]) {
      const refused = await guarded.get(path);
      expect(refused.status).toBe(401);
      expect(refused.headers.get("www-authenticate")).toBe("Bearer");
      expect((await guarded.get(path, { authorization: "Bearer wrong" })).status).toBe(401);
      expect([200, 404]).toContain((await guarded.get(path, bearer)).status);
    }
    expect((await guarded.get("/healthz")).status).toBe(200);
    const answered = await guarded.post(
      { ...guarded.sampleRequest(), requestId: "no-right-to-trace" },
      { "x-tenon-trace": "1" },
    );
    expect(answered.status).toBe(200);
    expect((await guarded.get("/v1/traces", bearer)).text).not.toContain("no-right-to-trace");
  } finally {
    await guarded.end();
  }
});

/** A user store whose answers the test lets through. */
function heldStore() {
  const asked = promiseByHand<void>();
  const answer = promiseByHand<null>();
  const profile: UserStore["profile"] = () => {
    asked.resolve();
    return answer.promise;
  };
  return { profile, asked: asked.promise, release: () => answer.resolve(null) };
}

test("beyond the bound of running and waiting requests the answer is 503 at once, and the others are answered", async () => {
  const store = heldStore();
  const busy = await startTestHost({ concurrencyMax: 1, queueMax: 1 }, { marketplace: smallMarketplace(store) });
  try {
    const request = personalRequest(busy);
    const first = busy.post(request);
    await store.asked;
    const second = busy.post(request);
    await expect.poll(() => busy.host.admission.waiting).toBe(1);
    const third = await busy.post(request);
    expect(third.status).toBe(503);
    expect(third.headers.get("retry-after")).toBe("1");
    expect(third.json).toMatchObject({ code: "TENON1613" });
    store.release();
    expect((await first).status).toBe(200);
    expect((await second).status).toBe(200);
    expect(busy.host.totals.refusedBusy).toBe(1);
  } finally {
    await busy.end();
  }
});

test("past its deadline a request is answered with 504 that names the waiting node", async () => {
  const store = heldStore();
  // Shorter than any node's budget: with more time, nodes are cut one by one and the request is answered without them.
  const slow = await startTestHost({ deadlineMs: 2 }, { marketplace: smallMarketplace(store) });
  try {
    const answer = slow.post(personalRequest(slow));
    await store.asked;
    slow.clock.advance(10);
    const { status, json } = await answer;
    expect(status).toBe(504);
    expect(json).toMatchObject({ code: "TENON1211" });
    expect(slow.executor.counts.expiredRequests).toBe(1);
    store.release();
  } finally {
    await slow.end();
  }
});

test("a stop lets running requests end, refuses new ones, and their records are in the log", async () => {
  const store = heldStore();
  const stopping = await startTestHost({}, { marketplace: smallMarketplace(store) });
  const request = { ...personalRequest(stopping), requestId: "the-last" };
  const running = stopping.post(request);
  await store.asked;
  const stopped = stopping.stop();
  await expect(stopping.host.answer(request)).rejects.toMatchObject({ code: "TENON1615" });
  store.release();
  expect((await running).status).toBe(200);
  await stopped;
  await expect(stopping.post(request)).rejects.toThrow();
  const [segment] = [...readLog(stopping.logFolder)];
  const kinds = segment?.records.map((record) => decodeRecord(record, segment.header));
  expect(kinds?.map(({ kind }) => kind)).toEqual(["insertionEvents", "featureLog"]);
  expect(kinds?.[1]).toMatchObject({ facts: { requestId: "the-last" } });
  expect(stopping.host.sink?.counts).toMatchObject({ lostRecords: 0, bufferedBytes: 0 });
  await stopping.end();
});

test("a node that fails is answered with its name and owner, never with what it said", async () => {
  const failing: HostFailure = { message: "profile of user secret-user is broken" };
  const trouble: string[] = [];
  const broken = await startTestHost(
    { adsMax: null },
    {
      marketplace: {
        ...marketplace,
        bindings: (models, policies) => ({
          ...marketplace.bindings({ ...models, click: throwing(models.click, failing) }, policies),
        }),
      },
      onTrouble: (message) => trouble.push(message),
    },
  );
  try {
    const { status, json } = await broken.post(personalRequest(broken));
    expect(status).toBe(500);
    expect(json).toMatchObject({
      code: "TENON1201",
      node: "predictClicks",
      owner: "ads-ranking",
      title: 'node "predictClicks" failed',
    });
    expect(JSON.stringify(json)).not.toContain("secret-user");
    expect(trouble.join()).toContain("secret-user");
  } finally {
    await broken.end();
  }
});

interface HostFailure {
  readonly message: string;
}

function throwing<Model extends object>(model: Model, { message }: HostFailure): Model {
  return Object.assign(Object.create(model), {
    score: () => {
      throw new Error(message);
    },
  });
}
