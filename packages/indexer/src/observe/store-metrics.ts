/** What the stores tell of the pipeline as a whole, asked for when metrics are. A part that cannot be read is left out, and said. */
import { type BaseManifest, CRITICAL_COVERAGE, listBases } from "@tenon/ad-index/publish";
import type { HostClock } from "@tenon/graph-core";
import type { MetricFamily, Sample } from "@tenon/http-host";
import { IndexDeltas } from "@tenon/nodes";
import { slotState } from "@tenon/postgres/replication";
import type { IndexerStores } from "../host/open-stores.ts";

/** Scrapers of many processes ask at once; what they see is this old at most. */
const KEPT_MS = 5_000;
/** A store that does not answer must not keep the other metrics from being read. */
const READ_MS_MAX = 2_000;

type Part = (stores: IndexerStores, nowMs: number) => Promise<readonly MetricFamily[]>;

const PARTS: Readonly<Record<string, Part>> = {
  base: baseFamilies,
  slot: slotFamilies,
  log: logFamilies,
  probes: ({ probeResults }) => probeResults.families(),
};

export class StoreMetrics {
  readonly #stores: IndexerStores;
  readonly #clock: HostClock;
  readonly #onTrouble: (what: string, error: Error) => void;
  #families: Promise<readonly MetricFamily[]> | undefined;
  #readMs = Number.NEGATIVE_INFINITY;

  constructor(stores: IndexerStores, clock: HostClock, onTrouble: (what: string, error: Error) => void) {
    this.#stores = stores;
    this.#clock = clock;
    this.#onTrouble = onTrouble;
  }

  families(): Promise<readonly MetricFamily[]> {
    const nowMs = this.#clock.monotonicMs();
    if (this.#families === undefined || nowMs - this.#readMs >= KEPT_MS) {
      this.#readMs = nowMs;
      this.#families = this.#read();
    }
    return this.#families;
  }

  async #read(): Promise<readonly MetricFamily[]> {
    const read = await Promise.all(
      Object.entries(PARTS).map(async ([part, families]) => {
        try {
          const found = await this.#inTime(families(this.#stores, this.#clock.nowMs()));
          return { part, found, isRead: 1 };
        } catch (error) {
          this.#onTrouble(`metrics of part "${part}"`, error as Error);
          return { part, found: [], isRead: 0 };
        }
      }),
    );
    const isRead = read.map(({ part, isRead: value }) => ({ labels: { part }, value }));
    return [
      ...read.flatMap(({ found }) => found),
      gauge("tenon_index_metrics_read", "1 for each store whose metrics are here.", isRead),
    ];
  }

  async #inTime<Value>(work: Promise<Value>): Promise<Value> {
    const late = Promise.withResolvers<never>();
    const takeBack = this.#clock.after(READ_MS_MAX, () =>
      late.reject(new Error(`no answer within ${READ_MS_MAX / 1_000} s`)),
    );
    return Promise.race([work, late.promise]).finally(takeBack);
  }
}

/** Staleness, volume change against the base before, coverage of the fields that an ad cannot do without. */
async function baseFamilies({ bases }: IndexerStores, nowMs: number): Promise<readonly MetricFamily[]> {
  const { bases: newestFirst } = await listBases(bases);
  const at = newestFirst.findIndex(({ isCurrent }) => isCurrent);
  const [current, earlier] = at < 0 ? [] : newestFirst.slice(at);
  if (current === undefined) return [];
  const { manifest } = current;
  const { documentCount } = manifest.statistics;
  const change: readonly Sample[] =
    earlier === undefined || earlier.manifest.statistics.documentCount === 0
      ? []
      : [{ value: documentCount / earlier.manifest.statistics.documentCount - 1 }];
  return [
    gauge("tenon_index_base_staleness_seconds", "Since the base that is current was built.", [
      { value: Math.max(0, nowMs - manifest.builtAtMs) / 1_000 },
    ]),
    gauge("tenon_index_base_documents", "Documents of the current base.", [{ value: documentCount }]),
    gauge("tenon_index_swap_delta_ratio", "Change of documents against the base before, as a share.", change),
    gauge(
      "tenon_index_field_coverage_ratio",
      "Share of the current base's documents that hold a critical field.",
      coverageOf(manifest),
    ),
  ];
}

function coverageOf({ statistics: { documentCount, nulls, withoutVector } }: BaseManifest): readonly Sample[] {
  if (documentCount === 0) return [];
  const empty = Object.fromEntries(Object.keys(CRITICAL_COVERAGE).map((field) => [field, nulls[field] ?? 0]));
  return Object.entries({ ...empty, vector: withoutVector }).map(([field, missing]) => ({
    labels: { field },
    value: 1 - missing / documentCount,
  }));
}

/** How much of its log the advertisers' server keeps because the slot has not confirmed it. */
async function slotFamilies({ adsDatabase, settings }: IndexerStores): Promise<readonly MetricFamily[]> {
  const { slot, now } = await slotState(adsDatabase, settings.slot);
  const labels = { slot: settings.slot };
  return [
    gauge("tenon_change_log_slot_present", "1 while the slot is there and its log is kept.", [
      { labels, value: slot === undefined || slot.lost ? 0 : 1 },
    ]),
    gauge(
      "tenon_change_log_lag_bytes",
      "Log of the ads database that is not confirmed yet.",
      slot === undefined ? [] : [{ labels, value: Number(now - slot.confirmed) }],
    ),
  ];
}

/** Tasks say their own lag (`tenon_stream_lag`); who reads the deltas is outside, so their end is told. */
async function logFamilies({ log }: IndexerStores): Promise<readonly MetricFamily[]> {
  const offsets = await log.offsets(IndexDeltas.name);
  return [
    gauge(
      "tenon_index_deltas_end",
      "Offset that the next index delta gets.",
      offsets.map(({ partition, end }) => ({ labels: { partition: String(partition) }, value: end })),
    ),
  ];
}

function gauge(name: string, help: string, samples: readonly Sample[]): MetricFamily {
  return { name, type: "gauge", help, samples };
}
