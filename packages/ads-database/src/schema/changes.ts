/**
 * Versions of rows, marks of deleted rows, and what is published.
 *
 * V1 Every state of a row has a number of one sequence: written rows carry theirs, a deleted row's stands in `deleted_rows`,
 *    written by the transaction that deletes.
 * V2 Numbers of one row rise in the order of its commits. An update and a delete take theirs under the row's lock. An insert
 *    takes its number before the server looks for the key, so another transaction may delete the key in between: the check
 *    after the insert, when the key is held, refuses the older number (40001: the writer runs it again).
 * V3 A reading of a row takes the row and its mark from one statement, so from one snapshot.
 *
 * A deletion's version from the last number given out, read when the row is found missing, would break V2: a re-insert that is
 * under way then holds a smaller number already, and its row would be older than the deletion for ever.
 */
import type { Migration } from "@tenon/postgres";

/** Fixed: the text of a migration never changes. */
const TABLES = [
  ["advertisers", "advertiser_id"],
  ["campaigns", "campaign_id"],
  ["budgets", "campaign_id"],
  ["ad_groups", "ad_group_id"],
  ["targeting", "ad_group_id"],
  ["creatives", "creative_id"],
  ["ads", "ad_id"],
] as const;

const SHARED = `
create sequence ads.row_versions as int8 cache 1;

-- Key 0: every row of the table that is not there.
create table ads.deleted_rows (
  table_name text not null,
  key int8 not null,
  row_version int8 not null,
  deleted_at_ms int8 not null,
  primary key (table_name, key)
);

-- Beside each slot how far its reader has stored: a slot made anew or moved is told by it.
create table ads.change_log_readers (
  slot text primary key,
  history text not null,
  acknowledged pg_lsn not null,
  updated_at_ms int8 not null
);

create function ads.now_ms() returns int8 language sql as $$
  select (extract(epoch from clock_timestamp()) * 1000)::int8
$$;

create function ads.stamp_row() returns trigger language plpgsql as $$
begin
  new.row_version := nextval('ads.row_versions');
  new.updated_at_ms := ads.now_ms();
  return new;
end $$;

create function ads.mark_truncated() returns trigger language plpgsql as $$
begin
  insert into ads.deleted_rows values (tg_table_name, 0, nextval('ads.row_versions'), ads.now_ms())
  on conflict (table_name, key) do update
    set row_version = excluded.row_version, deleted_at_ms = excluded.deleted_at_ms;
  return null;
end $$;
`;

const triggersOf = ([table, key]: (typeof TABLES)[number]): string => `
create function ads.mark_deleted_${table}() returns trigger language plpgsql as $$
begin
  insert into ads.deleted_rows values ('${table}', old.${key}, nextval('ads.row_versions'), ads.now_ms())
  on conflict (table_name, key) do update
    set row_version = excluded.row_version, deleted_at_ms = excluded.deleted_at_ms;
  return null;
end $$;

create function ads.refuse_older_${table}() returns trigger language plpgsql as $$
begin
  if exists (
    select from inserted join ads.deleted_rows as gone on gone.table_name = '${table}' and gone.key = inserted.${key}
    where gone.row_version > inserted.row_version
  ) then
    raise serialization_failure using
      message = 'a row of ads.${table} was deleted by another transaction while it was inserted',
      hint = 'run the transaction again';
  end if;
  return null;
end $$;

create trigger stamp before insert or update on ads.${table} for each row execute function ads.stamp_row();
create trigger refuse_older after insert on ads.${table} referencing new table as inserted
  for each statement execute function ads.refuse_older_${table}();
create trigger mark_deleted after delete on ads.${table} for each row execute function ads.mark_deleted_${table}();
create trigger mark_moved after update of ${key} on ads.${table} for each row when (old.${key} <> new.${key})
  execute function ads.mark_deleted_${table}();
create trigger mark_truncated before truncate on ads.${table} for each statement execute function ads.mark_truncated();
`;

export const changes: Migration = {
  version: 2,
  name: "versions, marks of deleted rows, publication",
  text: `${SHARED}${TABLES.map(triggersOf).join("")}
create publication ads_changes for table ${TABLES.map(([table]) => `ads.${table}`).join(", ")};
`,
};
