/**
 * An S3-like service for tests, on loopback. It checks signatures and conditions by itself and shares no code with what it tests:
 * a mistake made twice would not be seen. Faults are given by the test.
 */
import { createHash, createHmac } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

interface FakeObject {
  readonly bytes: Buffer;
  readonly etag: string;
  readonly modifiedAtMs: number;
}

/** What happens to a request: `break` closes the connection before anything is done, `lose` after it was done. */
export type Fault = "break" | "lose" | "hang" | { readonly status: number; readonly code: string } | undefined;

export interface FakeAccount {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
  readonly bucket: string;
}

export class S3Fake {
  readonly objects = new Map<string, FakeObject>();
  readonly requests: string[] = [];
  /** Asked for every request that is signed rightly, with its method and key, and how many came before. */
  fault: (method: string, key: string, before: number) => Fault = () => undefined;
  readonly #account: FakeAccount;
  readonly #server: Server;
  /** Keys of one page of a list. */
  pageKeys = 3;
  #writes = 0;

  constructor(account: FakeAccount) {
    this.#account = account;
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  async start(): Promise<string> {
    await new Promise<void>((listening) => this.#server.listen(0, "127.0.0.1", listening));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((closed) => this.#server.close(closed));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const body = Buffer.concat(parts);
    const [path = "", query = ""] = (request.url ?? "").split("?");
    const problem = this.#signatureProblem(request, { path, query, body });
    if (problem !== undefined) return answer(response, { status: 403, code: problem });
    const [, bucket = "", ...names] = path.split("/").map(decodeURIComponent);
    if (bucket !== this.#account.bucket) return answer(response, { status: 404, code: "NoSuchBucket" });
    const key = names.join("/");
    const fault = this.fault(request.method ?? "", key, this.requests.length);
    this.requests.push(`${request.method} ${key}`);
    if (fault === "hang") return;
    if (fault === "break") return void request.socket.destroy();
    if (typeof fault === "object") return answer(response, fault);
    const done = this.#done(request, { key, query: new URLSearchParams(query), body });
    if (fault === "lose") return void request.socket.destroy();
    answer(response, done);
  }

  #done(
    { method, headers }: IncomingMessage,
    { key, query, body }: { readonly key: string; readonly query: URLSearchParams; readonly body: Buffer },
  ): Answer {
    const object = this.objects.get(key);
    if (method === "GET" && key === "") return this.#listed(query);
    if (method === "GET") return object === undefined ? NO_KEY : { status: 200, body: object.bytes, etag: object.etag };
    if (method === "DELETE") {
      this.objects.delete(key);
      return { status: 204 };
    }
    if (headers["content-length"] === undefined) return { status: 411, code: "MissingContentLength" };
    if (headers["if-none-match"] === "*" && object !== undefined) return { status: 412, code: "PreconditionFailed" };
    const ifMatch = headers["if-match"];
    if (ifMatch !== undefined && object === undefined) return NO_KEY;
    if (ifMatch !== undefined && object?.etag !== ifMatch) return { status: 412, code: "PreconditionFailed" };
    const etag = `"${createHash("md5").update(body).digest("hex")}-${++this.#writes}"`;
    this.objects.set(key, { bytes: body, etag, modifiedAtMs: Date.now() });
    return { status: 200, etag };
  }

  #listed(query: URLSearchParams): Answer {
    const prefix = query.get("prefix") ?? "";
    const after = query.get("continuation-token") ?? "";
    const keys = [...this.objects.keys()].filter((key) => key.startsWith(prefix) && key > after).sort();
    const page = keys.slice(0, this.pageKeys);
    const contents = page.map((key) => {
      const { bytes, modifiedAtMs } = this.objects.get(key) as FakeObject;
      return `<Contents><Key>${key}</Key><LastModified>${new Date(modifiedAtMs).toISOString()}</LastModified><ETag>&quot;x&quot;</ETag><Size>${bytes.length}</Size></Contents>`;
    });
    const more = keys.length > page.length ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : "";
    const xml = `<?xml version="1.0"?><ListBucketResult>${contents.join("")}${more}</ListBucketResult>`;
    return { status: 200, body: Buffer.from(xml) };
  }

  /** The code of what is wrong with a signature, by the text of the specification. */
  #signatureProblem(
    { method, headers }: IncomingMessage,
    { path, query, body }: { readonly path: string; readonly query: string; readonly body: Buffer },
  ): string | undefined {
    const { accessKeyId, secretAccessKey, region } = this.#account;
    const given =
      /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, SignedHeaders=([\w;-]+), Signature=([0-9a-f]{64})$/.exec(
        headers.authorization ?? "",
      );
    if (given === null) return "AccessDenied";
    const [, id, day = "", ownRegion, names = "", signature] = given;
    if (id !== accessKeyId) return "InvalidAccessKeyId";
    if (ownRegion !== region) return "AuthorizationHeaderMalformed";
    const signed = names.split(";");
    const mustBeSigned = Object.keys(headers).filter(
      (name) => name.startsWith("x-amz-") || name === "host" || name.startsWith("if-"),
    );
    if (mustBeSigned.some((name) => !signed.includes(name))) return "AccessDenied";
    const date = String(headers["x-amz-date"]);
    const time = Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));
    if (!date.startsWith(day) || Math.abs(time - Date.now()) > 15 * 60_000) return "RequestTimeTooSkewed";
    const digest = createHash("sha256").update(body).digest("hex");
    if (headers["x-amz-content-sha256"] !== digest) return "XAmzContentSHA256Mismatch";
    const sortedQuery = query === "" ? "" : query.split("&").sort().join("&").replaceAll("+", "%20");
    const headerLines = signed.map((name) => `${name}:${String(headers[name]).trim()}\n`).join("");
    const canonical = `${method}\n${path}\n${sortedQuery}\n${headerLines}\n${names}\n${digest}`;
    const sha = createHash("sha256").update(canonical).digest("hex");
    const text = `AWS4-HMAC-SHA256\n${date}\n${day}/${region}/s3/aws4_request\n${sha}`;
    let key: Buffer | string = `AWS4${secretAccessKey}`;
    for (const part of [day, region, "s3", "aws4_request"]) key = createHmac("sha256", key).update(part).digest();
    return createHmac("sha256", key).update(text).digest("hex") === signature ? undefined : "SignatureDoesNotMatch";
  }
}

interface Answer {
  readonly status: number;
  readonly code?: string;
  readonly body?: Buffer;
  readonly etag?: string;
}

const NO_KEY: Answer = { status: 404, code: "NoSuchKey" };

function answer(response: ServerResponse, { status, code, body, etag }: Answer): void {
  const bytes = body ?? Buffer.from(code === undefined ? "" : `<Error><Code>${code}</Code></Error>`);
  response.writeHead(status, {
    ...(etag !== undefined && { etag }),
    ...(status !== 204 && { "content-length": bytes.length }),
  });
  response.end(status === 204 ? undefined : bytes);
}
