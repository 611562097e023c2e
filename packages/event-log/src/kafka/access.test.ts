import { inspect } from "node:util";
import { expect, test } from "vitest";
import { accessOf, type KafkaSasl, refusalOf } from "./access.ts";
import { WireError } from "./kafka-errors.ts";
import { openKafkaLog } from "./open-kafka-log.ts";

const SECRET = "s3cret-of-alice";
const sasl = { mechanism: "plain", username: "alice", password: SECRET } as const;

test("what cannot be meant is refused before anything connects, and quotes no secret", async () => {
  const refuses = async (change: object, message: string) => {
    const opened = openKafkaLog({ brokers: ["127.0.0.1:1"], client: "kafkajs", ...change });
    const error: unknown = await opened.then(
      () => "opened",
      (failure: unknown) => failure,
    );
    expect(error).toMatchObject({ code: "TENON1561", message: expect.stringContaining(message) });
    expect(inspect(error, { depth: 20 })).not.toContain(SECRET);
  };
  await refuses({ sasl: { ...sasl, mechanism: "md5" } }, "sasl.mechanism");
  await refuses({ sasl: { ...sasl, username: "" } }, "sasl.username");
  await refuses({ sasl: { mechanism: "plain", username: SECRET } }, "sasl.password");
  await refuses({ compression: "lz4" }, "compression");
});

test("true is the machine's authorities, false is no TLS", () => {
  expect(accessOf(true, undefined)).toEqual({ tls: {}, sasl: undefined });
  expect(accessOf(false, sasl as KafkaSasl)).toEqual({ tls: undefined, sasl });
  expect(accessOf({ ca: "pem" }, undefined).tls).toEqual({ ca: "pem" });
});

test("a refusal is found however deep a client wraps it, and nothing else is taken for one", () => {
  const coded = (facts: object, cause?: unknown) => Object.assign(new Error("x", { cause }), facts);
  const wrapped = coded({}, coded({ errors: [coded({}), coded({ code: "PLT_KFK_AUTHENTICATION" })] }));
  expect(refusalOf(wrapped)).toBe("credentials");
  expect(refusalOf(coded({ originalError: coded({ name: "KafkaJSSASLAuthenticationError" }) }))).toBe("credentials");
  expect(refusalOf(coded({}, coded({ apiCode: 58 })))).toBe("credentials");
  expect(refusalOf(coded({}, coded({ code: "DEPTH_ZERO_SELF_SIGNED_CERT" })))).toBe("certificate");
  for (const code of ["ECONNREFUSED", "ECONNRESET", 3, 16]) expect(refusalOf(coded({ code }))).toBeUndefined();
  for (const none of [undefined, null, "certificate", {}]) expect(refusalOf(none)).toBeUndefined();
});

test("of a refusal nothing of the client's error is kept; of other failures it is the cause", () => {
  const refused = Object.assign(new Error(`no: ${SECRET}`), { code: "PLT_KFK_AUTHENTICATION", options: { sasl } });
  expect(inspect(new WireError(refused, { unsent: true }), { depth: 20, showHidden: true })).not.toContain(SECRET);
  const away = new Error("connection refused");
  expect(new WireError(away)).toMatchObject({ cause: away, message: "connection refused" });
});
