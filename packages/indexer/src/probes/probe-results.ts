/** How probes went: a row per run, step and server. */
import type { MetricFamily } from "@tenon/http-host";
import { type Database, migrate } from "@tenon/postgres";

export const PROBE_STEPS = ["written", "changed", "deleted"] as const;
export type ProbeStep = (typeof PROBE_STEPS)[number];

export interface ProbeResult {
  readonly probe: string;
  readonly runId: number;
  readonly step: ProbeStep;
  /** Address of the server that was asked. */
  readonly server: string;
  /** From the commit at the source to the first look that showed it; null: not within the deadline. */
  readonly latencyMs: number | null;
}

/** Results kept of each probe: two weeks of three steps on one server, every quarter of an hour. */
const RESULTS_KEPT = 4_000;

const STEPS = [
  {
    version: 1,
    name: "results of probes",
    text: `
      create table indexer_probe_result (
        id bigint generated always as identity primary key,
        probe text not null, run_id int8 not null, step text not null, server text not null, latency_ms float8,
        at_ms int8 not null
      );
      create index indexer_probe_result_latest on indexer_probe_result (probe, id desc);`,
  },
] as const;

export class ProbeResults {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async prepare(): Promise<void> {
    await migrate(this.#database, { component: "indexer-probes", steps: STEPS });
  }

  async add({ probe, runId, step, server, latencyMs }: ProbeResult): Promise<void> {
    await this.#database.execute(
      `insert into indexer_probe_result (probe, run_id, step, server, latency_ms, at_ms)
       values ($1, $2, $3, $4, $5, (extract(epoch from clock_timestamp()) * 1000)::int8)`,
      [probe, runId, step, server, latencyMs],
    );
    await this.#database.execute(
      `delete from indexer_probe_result where probe = $1 and id <=
         (select id from indexer_probe_result where probe = $1 order by id desc offset $2 limit 1)`,
      [probe, RESULTS_KEPT],
    );
  }

  /** Newest first. */
  async latest(probe: string, resultsMax: number): Promise<readonly ProbeResult[]> {
    const rows = await this.#database.query<{
      run_id: bigint;
      step: ProbeStep;
      server: string;
      latency_ms: number | null;
    }>("select run_id, step, server, latency_ms from indexer_probe_result where probe = $1 order by id desc limit $2", [
      probe,
      resultsMax,
    ]);
    return rows.map(({ run_id: runId, step, server, latency_ms: latencyMs }) => ({
      ...{ probe, runId: Number(runId), step, server, latencyMs },
    }));
  }

  async families(): Promise<readonly MetricFamily[]> {
    const rows = await this.#database.query<{
      probe: string;
      step: string;
      server: string;
      latency_ms: number | null;
    }>(
      `select distinct on (probe, step, server) probe, step, server, latency_ms from indexer_probe_result
       order by probe, step, server, id desc`,
    );
    const labelled = rows.map(({ latency_ms: latencyMs, ...labels }) => ({ labels, latencyMs }));
    return [
      {
        ...{ name: "tenon_probe_success", type: "gauge" },
        help: "1 when the probe's last run saw this step served in time.",
        samples: labelled.map(({ labels, latencyMs }) => ({ labels, value: latencyMs === null ? 0 : 1 })),
      },
      {
        ...{ name: "tenon_probe_e2e_seconds", type: "gauge" },
        help: "From the commit at the source to the server holding it, in the probe's last run.",
        samples: labelled.flatMap(({ labels, latencyMs }) =>
          latencyMs === null ? [] : [{ labels, value: latencyMs / 1_000 }],
        ),
      },
    ];
  }
}
