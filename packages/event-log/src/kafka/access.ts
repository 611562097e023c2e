/** How a client gets into a cluster, and what is said when it does not. */
import type { ConnectionOptions } from "node:tls";
import { badOption } from "../errors.ts";

/** Certificates and names as `node:tls` has them. */
export type KafkaTls = Pick<ConnectionOptions, "ca" | "cert" | "key" | "passphrase" | "servername">;

export interface KafkaSasl {
  readonly mechanism: (typeof MECHANISMS)[number];
  readonly username: string;
  /** Never part of an error or a log. With `plain` it is sent as it is: use TLS. */
  readonly password: string;
}

export interface KafkaAccess {
  readonly tls: KafkaTls | undefined;
  readonly sasl: KafkaSasl | undefined;
}

const MECHANISMS = ["plain", "scram-sha-256", "scram-sha-512"] as const;

/** @throws GraphError TENON1561, which names what is wrong and quotes no secret */
export function accessOf(tls: boolean | KafkaTls | undefined, sasl: KafkaSasl | undefined): KafkaAccess {
  if (sasl !== undefined) {
    if (!MECHANISMS.includes(sasl.mechanism)) throw badOption("sasl.mechanism", MECHANISMS.join(", "), sasl.mechanism);
    for (const name of ["username", "password"] as const)
      if (typeof sasl[name] !== "string" || sasl[name] === "") throw badOption(`sasl.${name}`, "text", "none");
  }
  return { tls: tls === true ? {} : tls === false ? undefined : tls, sasl };
}

/** Who did not want whom. */
export type Refusal = "credentials" | "certificate";

/** SASL_AUTHENTICATION_FAILED and UNSUPPORTED_SASL_MECHANISM. */
const CREDENTIALS_CODES: readonly unknown[] = [58, 33];
const CREDENTIALS_NAMES: readonly unknown[] = ["KafkaJSSASLAuthenticationError", "PLT_KFK_AUTHENTICATION"];
/** Of OpenSSL's verification and of node:tls. */
const CERTIFICATE = /CERT|UNABLE_TO_(VERIFY|GET_ISSUER)|ERR_SSL_|ERR_TLS_|EPROTO/;
const DEPTH_MAX = 6;

/** What a client's error says of a refusal, however deep it is wrapped. */
export function refusalOf(error: unknown, depth = 0): Refusal | undefined {
  if (typeof error !== "object" || error === null || depth > DEPTH_MAX) return undefined;
  const { name, code, apiCode, cause, originalError, errors } = error as Readonly<Record<string, unknown>>;
  if ([name, code].some((each) => CREDENTIALS_NAMES.includes(each))) return "credentials";
  if ([code, apiCode].some((each) => CREDENTIALS_CODES.includes(each))) return "credentials";
  if (typeof code === "string" && CERTIFICATE.test(code)) return "certificate";
  for (const inner of [cause, originalError, ...(Array.isArray(errors) ? errors : [])]) {
    const found = refusalOf(inner, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}
