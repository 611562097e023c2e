/** Ad servers as an operator reaches them: their routes, with the admin token. */

const ANSWER_MS_MAX = 10_000;

interface IndexStatus {
  readonly base: { readonly name: string } | null;
  readonly rejections: { readonly count: number };
}

export class AdServers {
  readonly #urls: readonly string[];
  readonly #token: string | null;

  constructor(urls: readonly string[], token: string | null) {
    this.#urls = urls;
    this.#token = token;
  }

  async serve(serving: "baseOnly" | "live"): Promise<number> {
    await this.#all((url) => this.#ask(url, "POST", "/v1/index/serving", { serving }));
    return this.#urls.length;
  }

  /** Looks for a base now, not at the next look. */
  async look(): Promise<void> {
    await this.#all((url) => this.#ask(url, "POST", "/v1/index/look"));
  }

  async allServe(base: string): Promise<boolean> {
    return (await this.#status()).every((status) => status.base?.name === base);
  }

  async refused(): Promise<number> {
    return (await this.#status()).reduce((sum, { rejections }) => sum + rejections.count, 0);
  }

  #status(): Promise<readonly IndexStatus[]> {
    return this.#all((url) => this.#ask(url, "GET", "/v1/index") as Promise<IndexStatus>);
  }

  #all<Result>(ask: (url: string) => Promise<Result>): Promise<readonly Result[]> {
    return Promise.all(this.#urls.map(ask));
  }

  /** @throws Error with the server's own words when it refuses or does not answer */
  async #ask(url: string, method: "GET" | "POST", path: string, body?: object): Promise<unknown> {
    const reply = await fetch(new URL(path, url), {
      ...{ method, signal: AbortSignal.timeout(ANSWER_MS_MAX) },
      headers: {
        ...(body !== undefined && { "content-type": "application/json" }),
        ...(this.#token !== null && { authorization: `Bearer ${this.#token}` }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    }).catch((cause: Error) => {
      throw new Error(`ad server ${url} does not answer: ${String(cause.cause ?? cause.message)}`);
    });
    const answer = (await reply.json().catch(() => ({}))) as { readonly title?: string; readonly detail?: string };
    if (reply.ok) return answer;
    throw new Error(
      `ad server ${url} answers ${reply.status} to ${method} ${path}: ${answer.title ?? answer.detail ?? ""}`,
    );
  }
}
