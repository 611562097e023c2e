import { storeFailed, storeRefuses } from "../errors.ts";
import { bodySha256, digestOf } from "./body.ts";
import { type Body, isKey, type ListedObject, type ObjectStore, type StoredObject } from "./object-store.ts";
import { type S3Answer, S3Requests, type S3Settings } from "./s3-requests.ts";

/** Pages of one list: a thousand keys each. */
const PAGES_MAX = 1_000;

/** Objects in a bucket of any service that speaks S3 and knows conditional writes. */
export class S3Store implements ObjectStore {
  readonly name: string;
  readonly #requests: S3Requests;
  readonly #prefix: string;

  /** @throws GraphError TENON1444 for a prefix that is none */
  constructor(settings: S3Settings) {
    this.#requests = new S3Requests(settings);
    this.name = this.#requests.name;
    const { prefix } = settings;
    if (prefix !== undefined && !isKey(prefix)) throw storeRefuses(this.name, `"${prefix}" is no prefix`);
    this.#prefix = prefix === undefined ? "" : `${prefix}/`;
  }

  async get(key: string): Promise<StoredObject | undefined> {
    const { response, alive } = await this.#requests.send({ method: "GET", path: this.#path(key) }, [200, 404]);
    if (response.status === 404) return this.#absent(response);
    const bytes = Number(response.headers.get("content-length") ?? Number.NaN);
    return { bytes, etag: this.#etagOf(response, key), chunks: this.#chunksOf(response, alive) };
  }

  putIfAbsent(key: string, body: Body): Promise<string | undefined> {
    return this.#put(key, body, { "if-none-match": "*" });
  }

  putIfMatch(key: string, body: Body, etag: string): Promise<string | undefined> {
    return this.#put(key, body, { "if-match": etag });
  }

  async list(prefix: string): Promise<readonly ListedObject[]> {
    const listed: ListedObject[] = [];
    let token: string | undefined;
    for (let page = 0; page < PAGES_MAX; page++) {
      const query = {
        ...{ "list-type": "2", prefix: this.#prefix + prefix },
        ...(token !== undefined && { "continuation-token": token }),
      };
      const { response } = await this.#requests.send({ method: "GET", path: "", query }, [200]);
      const text = await response.text();
      for (const [, entry = ""] of text.matchAll(/<Contents>(.*?)<\/Contents>/gs)) {
        const key = element(entry, "Key").slice(this.#prefix.length);
        const bytes = Number(element(entry, "Size"));
        if (isKey(key)) listed.push({ key, bytes, modifiedAtMs: Date.parse(element(entry, "LastModified")) });
      }
      token = element(text, "NextContinuationToken");
      if (token === "") return listed.sort((left, right) => (left.key < right.key ? -1 : 1));
    }
    throw storeFailed(this.name, `the list of "${prefix}" has more than ${PAGES_MAX} pages`);
  }

  async delete(key: string): Promise<void> {
    await this.#requests.send({ method: "DELETE", path: this.#path(key) }, [200, 204, 404]);
  }

  /** A put is whole or not there: the service leaves nothing unfinished. */
  async collectUnfinished(): Promise<number> {
    return 0;
  }

  async #put(key: string, body: Body, headers: Readonly<Record<string, string>>): Promise<string | undefined> {
    const request = { method: "PUT", path: this.#path(key), headers, body } as const;
    const answer = await this.#requests.send(request, [200, 404, 412]);
    const { response, tries } = answer;
    if (response.status === 200) return this.#etagOf(response, key);
    if (response.status === 404) return this.#absent(response);
    // An earlier try may have been written before its answer was lost; then what is there is what was sent.
    return tries > 1 ? this.#etagIfSame(key, body) : undefined;
  }

  async #etagIfSame(key: string, body: Body): Promise<string | undefined> {
    const stored = await this.get(key);
    if (stored === undefined) return undefined;
    const sum = (await digestOf(stored.chunks)).sha256;
    return sum === bodySha256(body) ? stored.etag : undefined;
  }

  #path(key: string): string {
    if (isKey(key)) return this.#prefix + key;
    throw storeRefuses(this.name, `"${key}" is no key`);
  }

  async #absent(response: Response): Promise<undefined> {
    if ((await response.text()).includes("<Code>NoSuchBucket</Code>"))
      throw storeRefuses(this.name, "there is no such bucket");
    return undefined;
  }

  #etagOf(response: Response, key: string): string {
    const etag = response.headers.get("etag");
    if (etag === null) throw storeFailed(this.name, `no etag for "${key}"`);
    return etag;
  }

  async *#chunksOf(response: Response, alive: S3Answer["alive"]): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of response.body ?? []) {
        alive();
        yield chunk;
      }
    } catch (cause) {
      throw storeFailed(this.name, "the connection broke while an object was read", cause);
    }
  }
}

/** The text of the first element of that name; empty without one. */
function element(xml: string, name: string): string {
  const text = new RegExp(`<${name}>(.*?)</${name}>`, "s").exec(xml)?.[1] ?? "";
  return text
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&apos;", "'")
    .replaceAll("&amp;", "&");
}
