/** Tables of the repository itself. */
import type { Migrations } from "@tenon/postgres";
import { CHANGE_BATCH, CHANGE_SEQUENCE, PUBLICATION, SCHEMA } from "./names.ts";

const NOW_MS = "(extract(epoch from clock_timestamp()) * 1000)::bigint";

const TABLES = `create schema ${SCHEMA};
-- xid stands before seq, so that whoever has a sequence number has an older transaction id: the poll's fence rests
-- on it. CACHE 1: a cached number would be handed out long after the fence.
create sequence ${CHANGE_SEQUENCE} as bigint cache 1;
create table ${CHANGE_BATCH} (
  xid xid8 not null default pg_current_xact_id(),
  seq bigint not null default nextval('${CHANGE_SEQUENCE}') primary key,
  at_ms bigint not null default ${NOW_MS},
  lanes smallint not null,
  schema_v integer not null,
  settled_seq bigint,
  body json not null
) partition by range (seq);
-- Catches what no partition covers, should nobody make new ones: a write never fails for it.
create table ${SCHEMA}.change_batch_rest partition of ${CHANGE_BATCH} default;
create publication ${PUBLICATION} for table ${CHANGE_BATCH}
  with (publish = 'insert', publish_via_partition_root = true);
create table ${SCHEMA}.change_layout (
  schema_v integer primary key,
  layout json not null,
  at_ms bigint not null default ${NOW_MS}
);
create table ${SCHEMA}.feed_identity (
  only_row boolean primary key default true check (only_row),
  epoch uuid not null,
  floor_seq bigint not null default 0
);
insert into ${SCHEMA}.feed_identity (epoch) values (gen_random_uuid());
create table ${SCHEMA}.feed_cursor (
  consumer text primary key,
  fence bigint not null,
  mode text check (mode in ('slot', 'poll')),
  feed_epoch text,
  slot text,
  lsn pg_lsn,
  settled_seq bigint,
  updated_at_ms bigint not null default ${NOW_MS}
);
create table ${SCHEMA}.base_epoch (
  epoch bigint primary key,
  floor_seq bigint not null,
  watermark json not null,
  state text not null check (state in ('building', 'published', 'retired')),
  at_ms bigint not null default ${NOW_MS}
);
create table ${SCHEMA}.admin_log (
  id bigint generated always as identity primary key,
  at_ms bigint not null default ${NOW_MS},
  reason text not null,
  statement text not null,
  rows bigint not null
);
create function ${SCHEMA}.refuse_unrecorded_write() returns trigger language plpgsql as $guard$
begin
  raise exception 'TENON1523 table "%" was written past the repository', tg_table_name
    using errcode = 'TN523', hint = 'write through repo.tx, repo.write or repo.bulk; repair through repo.admin';
end $guard$;`;

/** Guards of tables made before: they looked at a setting of the transaction, which cost more and stayed open for longer. */
const GUARD_BY_TEXT = `do $upgrade$
declare
  guarded record;
begin
  for guarded in
    select tgrelid::regclass as name from pg_trigger
    where tgname = 'guard' and tgfoid = '${SCHEMA}.refuse_unrecorded_write'::regproc
  loop
    execute format('drop trigger guard on %s', guarded.name);
    execute format($guard$create trigger guard before insert or update or delete on %s for each statement
      when (current_query() not like '/* tenon.repo */%%') execute function ${SCHEMA}.refuse_unrecorded_write()$guard$, guarded.name);
  end loop;
end $upgrade$`;

/** Never edited, only added to. */
export const SYSTEM_MIGRATIONS: Migrations = {
  component: "storage-repo",
  steps: [
    { version: 1, name: "change batches, cursors, base epochs, guard", text: TABLES },
    { version: 2, name: "guards look at the statement's text", text: GUARD_BY_TEXT },
  ],
};
