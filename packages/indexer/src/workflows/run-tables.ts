import { type Database, migrate } from "@tenon/postgres";

const STEPS = [
  {
    version: 1,
    name: "runs of workflows",
    text: `
      create table indexer_run (
        id bigint generated always as identity primary key,
        workflow text not null,
        trigger text not null check (trigger in ('schedule', 'command')),
        due_at_ms int8,
        asked_at_ms int8 not null,
        options jsonb not null,
        state text not null check (state in ('asked', 'running', 'done', 'failed')),
        claim int8 not null default 0,
        owner text,
        attempts int4 not null default 0,
        lease_until_ms int8,
        started_at_ms int8,
        finished_at_ms int8,
        done int8 not null default 0,
        total int8,
        saved jsonb,
        result jsonb,
        error text
      );
      create unique index indexer_run_due on indexer_run (workflow, due_at_ms) where due_at_ms is not null;
      create unique index indexer_run_running on indexer_run (workflow) where state = 'running';
      create index indexer_run_open on indexer_run (id) where state in ('asked', 'running');
      create index indexer_run_latest on indexer_run (workflow, id desc);`,
  },
] as const;

export async function prepareRunTables(database: Database): Promise<void> {
  await migrate(database, { component: "indexer", steps: STEPS });
}
