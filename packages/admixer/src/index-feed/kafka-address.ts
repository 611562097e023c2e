/**
 * The address of a log on Kafka, with what a client needs to get in:
 * `kafka+tls://user:password@host:9093,host:9093?mechanism=scram-sha-512&ca=/etc/kafka/ca.pem`.
 */
import { readFile } from "node:fs/promises";
import type { KafkaSasl, KafkaTls } from "@tenon/event-log/kafka";
import { hostError } from "../host/host-error.ts";

export interface KafkaAddress {
  readonly brokers: readonly string[];
  readonly tls?: true | KafkaTls;
  readonly sasl?: KafkaSasl;
}

const MECHANISMS = ["plain", "scram-sha-256", "scram-sha-512"] as const;
const MECHANISM: KafkaSasl["mechanism"] = "scram-sha-512";
/** Parameters that name a file of `node:tls`. */
const FILES = ["ca", "cert", "key"] as const;
const PARAMETERS: readonly string[] = [...FILES, "servername", "mechanism"];

/**
 * `kafka://` is without TLS, `kafka+tls://` with it: by the machine's authorities, or by those of `ca`. User and password are
 * percent-encoded.
 *
 * @throws GraphError TENON1600, which names what does not fit and quotes no secret
 */
export async function readKafkaAddress(address: string): Promise<KafkaAddress> {
  const [scheme = "", rest = ""] = address.split("://");
  const [authority = "", query = ""] = rest.split("?");
  const at = authority.lastIndexOf("@");
  const parameters = new URLSearchParams(query);
  const isTls = scheme === "kafka+tls";
  for (const name of parameters.keys())
    if (!PARAMETERS.includes(name)) throw wrong(`has no parameter "${name}"`, PARAMETERS.join(", "));
  if (!isTls && [...FILES, "servername"].some((name) => parameters.has(name)))
    throw wrong("names certificates without TLS", "kafka+tls://…");
  const brokers = authority.slice(at + 1).split(",");
  if (brokers.some((broker) => !/^[^:/]+:\d+$/.test(broker))) throw wrong("names no brokers", "host:port, with commas");
  const sasl = saslOf(authority.slice(0, Math.max(0, at)), parameters.get("mechanism"));
  return { brokers, ...(isTls && { tls: await tlsOf(parameters) }), ...(sasl !== undefined && { sasl }) };
}

async function tlsOf(parameters: URLSearchParams): Promise<true | KafkaTls> {
  const tls: Record<string, string> = {};
  const servername = parameters.get("servername");
  if (servername !== null) tls["servername"] = servername;
  for (const name of FILES) {
    const path = parameters.get(name);
    if (path === null) continue;
    tls[name] = await readFile(path, "utf8").catch((cause: Error) => {
      throw wrong(`names a file "${name}" that cannot be read`, `a PEM file: ${cause.message}`);
    });
  }
  return Object.keys(tls).length === 0 ? true : tls;
}

function saslOf(credentials: string, mechanism: string | null): KafkaSasl | undefined {
  if (credentials === "") {
    if (mechanism === null) return undefined;
    throw wrong("names a mechanism and nobody", "user:password@ before the brokers");
  }
  const known = MECHANISMS.find((each) => each === (mechanism ?? MECHANISM));
  if (known === undefined) throw wrong(`has mechanism "${mechanism}"`, MECHANISMS.join(", "));
  const colon = credentials.indexOf(":");
  const [username, password] = [credentials.slice(0, colon), credentials.slice(colon + 1)];
  if (colon < 1 || password === "") throw wrong("has a user without a password", "user:password@, percent-encoded");
  try {
    return { mechanism: known, username: decodeURIComponent(username), password: decodeURIComponent(password) };
  } catch {
    throw wrong("has a user or password that is not percent-encoded", "user:password@, percent-encoded");
  }
}

function wrong(what: string, expected: string): Error {
  return hostError("wrongSetting", {
    message: `indexLog ${what}`,
    detail: `expected ${expected}`,
    hint: "correct TENON_INDEX_LOG: kafka+tls://user:password@host:9093,…?mechanism=scram-sha-512&ca=/file.pem",
  });
}
