import { type HostClock, pause } from "@tenon/graph-core";
import type { RunStore } from "../workflows/run-store.ts";
import type { JsonRecord } from "../workflows/workflow.ts";

/** Between looks into the records of runs. */
const LOOK_MS = 15_000;

/** Keeps the text at hand: metrics are asked for between two queries. */
export class UnsyncedMetrics {
  text = "";
  readonly #store: Pick<RunStore, "runs">;
  readonly #syncs: readonly string[];
  readonly #clock: HostClock;
  readonly #onTrouble: (what: string, error: Error) => void;
  readonly #stop = new AbortController();
  #looking: Promise<void> = Promise.resolve();

  constructor(
    store: Pick<RunStore, "runs">,
    syncs: readonly string[],
    { clock, onTrouble }: { readonly clock: HostClock; readonly onTrouble: (what: string, error: Error) => void },
  ) {
    this.#store = store;
    this.#syncs = syncs;
    this.#clock = clock;
    this.#onTrouble = onTrouble;
  }

  start(): void {
    this.#looking = this.#look();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#looking;
  }

  async #look(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        this.text = await unsyncedMetricsText(this.#store, this.#syncs);
      } catch (error) {
        this.#onTrouble("metrics of syncs", error as Error);
      }
      await pause(this.#clock, LOOK_MS, signal);
    }
  }
}

/** Runs looked through for the newest that came to its end. */
const RUNS_MAX = 20;

/**
 * Unsynced documents as the newest whole run of each sync found them, as Prometheus text. From the records of runs: any process
 * tells the same, whichever ran the sync.
 */
export async function unsyncedMetricsText(store: Pick<RunStore, "runs">, syncs: readonly string[]): Promise<string> {
  const newest = await Promise.all(syncs.map((sync) => newestResult(store, sync)));
  const known = newest.filter((each) => each !== undefined);
  return [
    ...family(
      "tenon_unsynced_documents",
      "Documents or rows that the newest run of a sync found apart.",
      known.map(({ sync, result }) => `tenon_unsynced_documents{sync="${sync}"} ${Number(result["unsynced"] ?? 0)}`),
    ),
    ...family(
      "tenon_unsynced_documents_found",
      "The same by table or handler, and kind; none when there is nothing to tell.",
      known.flatMap(({ sync, result }) => countsOf(result).map((count) => sample(sync, count))),
    ),
    ...family(
      "tenon_unsynced_in_flight",
      "Those that were changing while it looked.",
      known.map(({ sync, result }) => `tenon_unsynced_in_flight{sync="${sync}"} ${Number(result["inFlight"] ?? 0)}`),
    ),
    ...family(
      "tenon_sync_finished_seconds",
      "When that run ended, seconds since 1970.",
      known.map(({ sync, finishedAtMs }) => `tenon_sync_finished_seconds{sync="${sync}"} ${finishedAtMs / 1_000}`),
    ),
    "",
  ].join("\n");
}

async function newestResult(store: Pick<RunStore, "runs">, sync: string) {
  const runs = await store.runs({ workflow: sync, runsMax: RUNS_MAX });
  const run = runs.find(({ state }) => state === "done");
  return run?.result == null ? undefined : { sync, result: run.result, finishedAtMs: run.finishedAtMs ?? 0 };
}

interface PlaceCount {
  readonly place: string;
  readonly kind: string;
  readonly documents: number;
}

function countsOf(result: JsonRecord): readonly PlaceCount[] {
  const places = (result["places"] ?? {}) as Readonly<Record<string, Readonly<Record<string, { documents: number }>>>>;
  return Object.entries(places).flatMap(([place, kinds]) =>
    Object.entries(kinds).map(([kind, { documents }]) => ({ place, kind, documents })),
  );
}

function sample(sync: string, { place, kind, documents }: PlaceCount): string {
  return `tenon_unsynced_documents_found{sync="${sync}",place="${place}",kind="${kind}"} ${documents}`;
}

function family(name: string, help: string, samples: readonly string[]): readonly string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} gauge`, ...samples];
}
