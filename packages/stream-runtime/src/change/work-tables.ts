/** The tables of work items. */
import type { Migrations } from "@tenon/postgres";

export const WORK_MIGRATIONS: Migrations = {
  component: "stream-work",
  steps: [
    {
      version: 1,
      name: "work items",
      text: `
        create sequence stream_work_claim;
        create table stream_work (
          handler text not null,
          key text not null,
          lane smallint not null,
          up_to bigint not null,
          claim bigint,
          claimed_until timestamptz,
          not_before timestamptz,
          attempts int not null default 0,
          parked boolean not null default false,
          code text,
          reason text,
          input_digest text,
          added_at timestamptz not null default clock_timestamp(),
          primary key (handler, key)
        );
      `,
    },
    {
      version: 2,
      name: "leases of feed pumps; rounds of circles",
      text: `
        create table stream_pump (
          consumer text primary key,
          epoch bigint not null,
          owner text not null,
          held_until timestamptz not null
        );
        -- Of what was added since the last claim; of what the claim took.
        alter table stream_work add column rounds int default 0, add column claimed_rounds int;
        create table stream_origin (
          xid xid8 primary key,
          handler text not null,
          rounds int not null
        );
      `,
    },
    {
      version: 3,
      name: "messages of handlers; items that were added again",
      text: `
        create table stream_sink (
          topic text not null,
          seq bigint generated always as identity,
          partition int not null,
          key text not null,
          time_ms bigint not null,
          headers json not null,
          value bytea not null,
          made_at timestamptz not null default clock_timestamp(),
          primary key (topic, seq)
        ) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
        alter table stream_work add column again boolean not null default false;
        -- Versions of what runs write are numbers of claims now. They were those of change batches: go on above them.
        do $$ begin
          if to_regclass('repo.change_batch_seq') is not null then
            perform setval('stream_work_claim', greatest((select last_value from stream_work_claim), (select last_value from repo.change_batch_seq)));
          end if;
        end $$;
      `,
    },
    {
      version: 4,
      name: "a row that waits beside the one that is claimed; work that is handed on",
      text: `
        -- Who works on an item now has lost it, and somebody does it again.
        update stream_work set rounds = coalesce(least(rounds, claimed_rounds), 0), claim = null, claimed_until = null;
        alter table stream_work drop constraint stream_work_pkey, drop column claimed_rounds, drop column again, alter column rounds set not null;
        create unique index stream_work_waiting on stream_work (handler, key) where claim is null;
        create unique index stream_work_claimed on stream_work (handler, key) where claim is not null;
        create index stream_work_next on stream_work (lane, added_at) where claim is null and not parked;
        alter table stream_work set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
        alter table stream_origin add column handed_on text[] not null default '{}';
      `,
    },
    {
      version: 5,
      name: "whose presence leases and claims end with",
      text: `
        alter table stream_pump add column presence bigint;
        alter table stream_work add column presence bigint;
      `,
    },
    {
      version: 6,
      name: "messages are stored as they are",
      text: `
        -- Messages of a few kilobytes hardly shrink: trying costs as much as the insert.
        alter table stream_sink alter column value set storage external;
      `,
    },
  ],
};
