/** `COPY … FROM STDIN` over one connection. A query of `pg` that feeds the server when it asks for data. */
import { once } from "node:events";
import pg from "pg";
import { misuse } from "./errors.ts";

/** What `pg`'s connection offers for copying; its published types leave it out. */
interface CopyConnection {
  readonly stream: NodeJS.WritableStream & { readonly writableNeedDrain: boolean; readonly destroyed: boolean };
  sendCopyFromChunk(chunk: Uint8Array): void;
  endCopyFrom(): void;
  sendCopyFail(message: string): void;
}

export type CopyChunks = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/** Reads chunks only as fast as the socket takes them. `done` settles when the server has answered. */
export class CopyIn extends pg.Query {
  readonly done: Promise<number>;
  readonly #chunks: CopyChunks;
  #asked = false;
  #answered = false;
  /** Failure of the source of the chunks: it is what the caller wants to see, not the server's echo of it. */
  #sourceFailure: { readonly error: unknown } | undefined;

  constructor(text: string, chunks: CopyChunks) {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    super({ text }, (error: Error | null | undefined, result: pg.ResultBuilder | undefined) => {
      this.#answered = true;
      if (this.#sourceFailure !== undefined) reject(this.#sourceFailure.error);
      else if (error) reject(error);
      else if (!this.#asked) reject(misuse("copyIn was given a statement that asks for no data", "COPY … FROM STDIN"));
      else resolve(result?.rowCount ?? 0);
    });
    this.done = promise;
    this.#chunks = chunks;
  }

  /** Called by `pg` when the server is ready for data. */
  handleCopyInResponse(connection: CopyConnection): void {
    this.#asked = true;
    void this.#feed(connection);
  }

  async #feed(connection: CopyConnection): Promise<void> {
    try {
      for await (const chunk of this.#chunks) {
        if (this.#answered || connection.stream.destroyed) return;
        connection.sendCopyFromChunk(chunk);
        if (connection.stream.writableNeedDrain) await drained(connection.stream);
      }
    } catch (error) {
      this.#sourceFailure = { error };
      if (!this.#answered) connection.sendCopyFail("the source of the data failed");
      return;
    }
    if (!this.#answered) connection.endCopyFrom();
  }
}

/** Also returns when the stream closes: then nothing drains any more. */
async function drained(stream: CopyConnection["stream"]): Promise<void> {
  const stop = new AbortController();
  try {
    await Promise.race([
      once(stream, "drain", { signal: stop.signal }),
      once(stream, "close", { signal: stop.signal }),
    ]).catch(() => undefined);
  } finally {
    stop.abort();
  }
}
