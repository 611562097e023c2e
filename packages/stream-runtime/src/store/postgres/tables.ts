/** The tables of the task store. Everything of a task is readable by hand: windows are a table per task with named columns. */
import type { Migrations } from "@tenon/postgres";
import type { StoredTask } from "../task-store.ts";

export const TASK_MIGRATIONS: Migrations = {
  component: "stream-tasks",
  steps: [
    {
      version: 1,
      name: "tasks, offsets, state, outbox, parked records",
      text: `
        create table stream_task (
          task text primary key,
          layout text not null,
          source text not null,
          paused boolean not null default false
        );
        create table stream_offset (
          task text not null references stream_task,
          partition int not null,
          epoch bigint not null default 0,
          next bigint,
          watermark_ms bigint,
          outbox_seq bigint not null default 0,
          inbox jsonb not null default '{}',
          owner text not null default '',
          moved_at timestamptz not null default clock_timestamp(),
          resting boolean not null default false,
          stopped json,
          stopped_at timestamptz,
          primary key (task, partition)
        );
        create table stream_state (
          task text not null,
          partition int not null,
          key text not null,
          value json not null,
          primary key (task, partition, key)
        );
        create table stream_outbox (
          task text not null,
          partition int not null,
          seq bigint not null,
          topic text not null,
          to_partition int not null,
          key text not null,
          time_ms bigint not null,
          headers json not null,
          value bytea not null,
          record_id text not null unique,
          made_at timestamptz not null default clock_timestamp(),
          primary key (task, partition, seq)
        );
        create table stream_parked (
          task text not null,
          partition int not null,
          at_offset bigint not null,
          topic text not null,
          key text not null,
          time_ms bigint not null,
          headers json not null,
          value bytea not null,
          code text not null,
          reason text not null,
          owner text not null,
          input_digest text,
          wants_retry boolean not null default false,
          parked_at timestamptz not null default clock_timestamp(),
          primary key (task, partition, at_offset)
        );
      `,
    },
  ],
};

/** A window table's column for an aggregate. */
export interface WindowColumn {
  readonly column: string;
  readonly type: "bigint" | "json";
}

export function windowTable(task: string): string {
  return `stream_window_${task.replaceAll("-", "_")}`;
}

export function windowColumns(window: NonNullable<StoredTask["window"]>): readonly WindowColumn[] {
  return Object.entries(window).map(([name, kind]) => ({
    column: `"${name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}"`,
    type: kind === "number" ? "bigint" : "json",
  }));
}

/** Keys of a window lie together, so that a closed window goes with one range delete. */
export function createWindowTable(task: string, columns: readonly WindowColumn[]): string {
  const aggregates = columns.map(({ column, type }) => `${column} ${type},`).join("\n    ");
  return `create table if not exists ${windowTable(task)} (
    size_ms bigint not null,
    start_ms bigint not null,
    key text not null,
    partition int not null,
    revision int not null,
    ${aggregates}
    primary key (size_ms, start_ms, key)
  )`;
}
