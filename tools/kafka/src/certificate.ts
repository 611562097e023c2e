/** A certificate of this machine for itself, by the keytool that comes with every Java. */
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { resolve } from "node:path";
import { promisify } from "node:util";

export interface Certificate {
  /** PKCS #12 with the key, absolute. */
  readonly keystore: string;
  readonly keystorePassword: string;
  /** PEM, for clients to trust. */
  readonly certificate: string;
}

const KEYTOOL_MS_MAX = 60_000;

/** Valid for a day, for 127.0.0.1. */
export async function makeCertificate(folder: string): Promise<Certificate> {
  const keystore = resolve(folder, "keystore.p12");
  const keystorePassword = randomBytes(12).toString("hex");
  const store = ["-alias", "node", "-keystore", keystore, "-storetype", "PKCS12", "-storepass", keystorePassword];
  const name = ["-dname", "CN=tenon-test", "-ext", "san=ip:127.0.0.1"];
  await keytool(["-genkeypair", "-keyalg", "EC", "-validity", "1", ...name, ...store]);
  return { keystore, keystorePassword, certificate: await keytool(["-exportcert", "-rfc", ...store]) };
}

async function keytool(args: readonly string[]): Promise<string> {
  return (await promisify(execFile)("keytool", [...args], { timeout: KEYTOOL_MS_MAX })).stdout;
}
