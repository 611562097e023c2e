import { openDatabase } from "../database/open-database.ts";
import { type EmbeddedOptions, startEmbeddedPostgres } from "../embedded/embedded.ts";

export interface StartFigures {
  /** From the call to the answer of a first query, in milliseconds, stopping not included. */
  readonly firstUseMs: number;
  /** The same for every later start of the same data. */
  readonly warmMs: readonly number[];
  readonly stopMs: readonly number[];
}

/** Measures starts of an embedded server. `dataFolder` must not exist yet, and is left with the data of the first use. */
export async function measureStart(options: EmbeddedOptions, warmStarts: number): Promise<StartFigures> {
  const startMs: number[] = [];
  const stopMs: number[] = [];
  for (let start = 0; start <= warmStarts; start++) {
    const before = performance.now();
    const server = await startEmbeddedPostgres(options);
    const database = await openDatabase({ url: server.url, connectionsMax: 1 });
    await database.query("select 1");
    startMs.push(performance.now() - before);
    await database.close();
    const stopping = performance.now();
    await server.stop();
    stopMs.push(performance.now() - stopping);
  }
  const [firstUseMs = 0, ...warmMs] = startMs;
  return { firstUseMs, warmMs, stopMs };
}
