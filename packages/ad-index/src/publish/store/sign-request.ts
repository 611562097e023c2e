/** AWS Signature Version 4, as its specification has it: headers are signed, the body by its SHA-256. */
import { createHmac, hash } from "node:crypto";

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

export interface SigningScope {
  readonly region: string;
  /** `s3`. */
  readonly service: string;
  readonly atMs: number;
}

export interface RequestToSign {
  readonly method: string;
  readonly url: URL;
  /** Names in lower case; all of them are signed, `host` and `x-amz-date` too. */
  readonly headers: Readonly<Record<string, string>>;
  readonly payloadSha256: string;
}

const ALGORITHM = "AWS4-HMAC-SHA256";

/** `20150830T123600Z`. */
export function amzDate(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z`;
}

/** The value of the `authorization` header. */
export function signRequest(request: RequestToSign, credentials: Credentials, scope: SigningScope): string {
  const { method, url, headers, payloadSha256 } = request;
  const names = Object.keys(headers).sort();
  const canonical = [
    method,
    url.pathname,
    canonicalQuery(url),
    ...names.map((name) => `${name}:${headers[name]?.trim().replaceAll(/ +/g, " ")}`),
    "",
    names.join(";"),
    payloadSha256,
  ].join("\n");
  const date = amzDate(scope.atMs);
  const where = [date.slice(0, 8), scope.region, scope.service, "aws4_request"];
  const text = [ALGORITHM, date, where.join("/"), hash("sha256", canonical)].join("\n");
  const key = where.reduce<string | Buffer>(
    (secret, part) => createHmac("sha256", secret).update(part).digest(),
    `AWS4${credentials.secretAccessKey}`,
  );
  const signature = createHmac("sha256", key).update(text).digest("hex");
  return `${ALGORITHM} Credential=${credentials.accessKeyId}/${where.join("/")}, SignedHeaders=${names.join(";")}, Signature=${signature}`;
}

function canonicalQuery({ searchParams }: URL): string {
  return [...searchParams]
    .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
    .sort()
    .join("&");
}

/** Every byte but letters, digits, `-`, `.`, `_` and `~`. */
function encoded(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
