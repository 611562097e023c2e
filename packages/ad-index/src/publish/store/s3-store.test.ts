import { GraphError } from "@tenon/graph-core";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { objectStoreContract, textAt } from "../testing/object-store-contract.ts";
import { type Fault, S3Fake } from "../testing/s3-fake.ts";
import { openObjectStore } from "./open-object-store.ts";
import { TRIES_MAX } from "./s3-requests.ts";
import { S3Store } from "./s3-store.ts";
import { signRequest } from "./sign-request.ts";

const account = { accessKeyId: "KEYFORTESTS", secretAccessKey: "not/a+secret", region: "test-1", bucket: "bases" };
const fake = new S3Fake(account);
let endpoint: string;
const pauses: number[] = [];
beforeAll(async () => {
  endpoint = await fake.start();
});
afterAll(() => fake.stop());
beforeEach(() => {
  fake.fault = () => undefined;
  fake.requests.length = 0;
  pauses.length = 0;
});

const open = (over: Partial<ConstructorParameters<typeof S3Store>[0]> = {}) => {
  const { accessKeyId, secretAccessKey, region, bucket } = account;
  return new S3Store({
    ...{ endpoint, region, bucket, prefix: "ads/index", credentials: { accessKeyId, secretAccessKey } },
    pause: async (ms) => void pauses.push(ms),
    ...over,
  });
};
objectStoreContract("S3 dialect", () => open());

const bytesOf = (text: string) => new TextEncoder().encode(text);

/** The fault for the first request, or the first few. */
function faults(...list: readonly Fault[]): void {
  const start = fake.requests.length;
  fake.fault = (_, __, before) => list[before - start];
}

async function problemOf(work: Promise<unknown>): Promise<GraphError> {
  const problem = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(problem instanceof GraphError)) throw new Error(`expected a GraphError, found ${String(problem)}`);
  expect(JSON.stringify(problem)).not.toContain(account.secretAccessKey);
  return problem;
}

test("signatures are those of the specification's examples", () => {
  const iam = signRequest(
    {
      method: "GET",
      url: new URL("https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08"),
      headers: {
        "content-type": "application/x-www-form-urlencoded; charset=utf-8",
        host: "iam.amazonaws.com",
        "x-amz-date": "20150830T123600Z",
      },
      payloadSha256: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    },
    { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" },
    { region: "us-east-1", service: "iam", atMs: Date.UTC(2015, 7, 30, 12, 36) },
  );
  expect(iam).toContain("Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7");
});

test.each<[string, Fault]>([
  ["the service is overloaded", { status: 503, code: "SlowDown" }],
  ["another write of the key is under way", { status: 409, code: "ConditionalRequestConflict" }],
  ["the connection breaks", "break"],
])("a passing fault is tried again, with growing pauses: %s", async (name, fault) => {
  const key = `faults/${name.replaceAll(" ", "-")}`;
  faults(fault, fault, fault);
  expect(await open().putIfAbsent(key, bytesOf("one"))).toBeTypeOf("string");
  expect(pauses).toEqual([100, 200, 400]);
  faults(...Array.from({ length: TRIES_MAX }, () => fault));
  const problem = await problemOf(open().get(key));
  expect([problem.code, problem.category]).toEqual(["TENON1443", "resource"]);
  expect(problem.message).toContain(`after ${TRIES_MAX} tries`);
});

test("a write whose answer was lost counts as written: what is there is what was sent", async () => {
  faults("lose");
  const etag = await open().putIfAbsent("lost/a", bytesOf("one"));
  expect(etag).toBe((await open().get("lost/a"))?.etag);
  faults("lose");
  expect(await open().putIfMatch("lost/a", bytesOf("two"), etag ?? "")).toBeTypeOf("string");
  expect(await textAt(open(), "lost/a")).toBe("two");
  // Somebody else's content is somebody else's.
  faults("break");
  expect(await open().putIfAbsent("lost/a", bytesOf("three"))).toBeUndefined();
});

test("a service that says nothing is given up", async () => {
  fake.fault = () => "hang";
  const problem = await problemOf(open({ timeoutMs: 5 }).get("a"));
  expect([problem.code, problem.message]).toEqual([
    "TENON1443",
    expect.stringMatching(/failed: GET after 4 tries: no word for 5 ms$/),
  ]);
});

test.each([
  ["a wrong secret", { credentials: { ...account, secretAccessKey: "other" } }, "403 SignatureDoesNotMatch"],
  ["an unknown key", { credentials: { ...account, accessKeyId: "OTHER" } }, "403 InvalidAccessKeyId"],
  ["another region", { region: "elsewhere" }, "403 AuthorizationHeaderMalformed"],
  ["a clock that is wrong", { nowMs: () => Date.now() - 3_600_000 }, "403 RequestTimeTooSkewed"],
  ["no such bucket", { bucket: "nowhere" }, "there is no such bucket"],
])("refused at once, without further tries: %s", async (_, over, said) => {
  const problem = await problemOf(open(over).get("a"));
  expect([problem.code, problem.message]).toEqual(["TENON1444", expect.stringContaining(said)]);
  expect(pauses).toEqual([]);
});

test("a body that was changed on its way is refused by its digest", async () => {
  const store = open();
  const body = { path: import.meta.filename, bytes: 10, sha256: "0".repeat(64) };
  const problem = await problemOf(store.putIfAbsent("changed", body));
  expect(problem.message).toContain("XAmzContentSHA256Mismatch");
  expect(await store.get("changed")).toBeUndefined();
});

test("a store is found by its address, and errors never show what is in it", async () => {
  const environment = { AWS_ACCESS_KEY_ID: account.accessKeyId, AWS_SECRET_ACCESS_KEY: account.secretAccessKey };
  const store = openObjectStore(`s3://bases/ads/index/?region=test-1&endpoint=${endpoint}`, environment);
  await store.putIfAbsent("by-address", bytesOf("one"));
  expect(await textAt(open(), "by-address")).toBe("one");
  expect(store.name).toBe(`bucket "bases" (ads/index) of ${new URL(endpoint).host}`);
  expect(openObjectStore("file:///tmp/bases", {}).name).toBe('folder "/tmp/bases"');
  for (const address of ["", "bases", "http://a", "s3://", "s3://user:hunter2@bases"]) {
    expect(() => openObjectStore(address, environment)).toThrow(/TENON1444 (?!.*hunter2)/);
  }
  expect(() => openObjectStore("s3://bases", {})).toThrow(/TENON1444 .*AWS_ACCESS_KEY_ID/);
  expect(() => openObjectStore("s3://bases?endpoint=nothing", environment)).toThrow(/TENON1444 .*endpoint/);
});
