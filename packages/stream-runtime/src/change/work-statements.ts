/**
 * The statements of work items.
 *
 * An item is one row while it waits and another one while it is claimed: what is added during a run is a row of its own, so neither
 * has to wait for, or gives way to, the other. Two partial indexes let at most one of each be there.
 */
import { presenceEnded, type Statement } from "@tenon/postgres";

function prepared(name: string, text: string): Statement {
  return { name, text };
}

const UNLESS_WAITING = `on conflict (handler, key) where claim is null do update set
      lane = least(w.lane, excluded.lane), up_to = greatest(w.up_to, excluded.up_to), rounds = least(w.rounds, excluded.rounds)`;

export const ADD = prepared(
  "stream-work-add",
  `insert into stream_work as w (handler, key, lane, up_to, rounds)
    select * from unnest($1::text[], $2::text[], $3::smallint[], $4::bigint[], $5::int[])
    ${UNLESS_WAITING}, attempts = 0, parked = false, not_before = null, code = null, reason = null, input_digest = null`,
);

export const SEES = prepared(
  "stream-work-sees",
  "select coalesce(bool_and(pg_visible_in_snapshot(xid, pg_current_snapshot())), true) as seen from unnest($1::xid8[]) as told (xid)",
);

/**
 * What waits, oldest first, and what a claim that has lapsed has left. A row that waits beside a claimed one of its key is left
 * out: it was added after that claim, so whoever sees it sees the claim (W2).
 */
export const CLAIM = prepared(
  "stream-work-claim",
  `update stream_work w set claim = nextval('stream_work_claim'), claimed_until = clock_timestamp() + $4 * interval '1 ms', presence = $5
    from (
      select * from (
        select p.ctid as place from stream_work p
        where p.claim is null and not p.parked and p.lane = $2 and p.handler = any($1::text[])
          and (p.not_before is null or p.not_before <= clock_timestamp())
          and not exists (select from stream_work c where c.handler = p.handler and c.key = p.key and c.claim is not null)
        order by p.added_at limit $3 for update skip locked
      ) waiting
      union all
      select * from (
        select ctid as place from stream_work
        where claim is not null and lane = $2 and handler = any($1::text[]) and claimed_until <= clock_timestamp()
        limit $3 for update skip locked
      ) lapsed
      limit $3
    ) free
    where w.ctid = free.place
    returning w.handler, w.key, w.up_to, w.attempts, w.claim, w.rounds`,
);

/** Claims of processes that have ended need not wait for the end of their leases. */
export const END_ABANDONED = prepared(
  "stream-work-end-abandoned",
  `update stream_work set claimed_until = clock_timestamp()
    where claim is not null and handler = any($1::text[]) and claimed_until > clock_timestamp() and ${presenceEnded("presence")}`,
);

export const CLAIMABLE = prepared(
  "stream-work-claimable",
  `select distinct handler, lane from stream_work p
    where p.handler = any($1::text[]) and (
      (p.claim is null and not p.parked and (p.not_before is null or p.not_before <= clock_timestamp())
        and not exists (select from stream_work c where c.handler = p.handler and c.key = p.key and c.claim is not null))
      or p.claimed_until <= clock_timestamp())`,
);

export const OPEN = prepared(
  "stream-work-open",
  `select handler, key, bool_and(parked) as parked, max(reason) as reason from stream_work
    where handler = any($1::text[]) and key = any($2::text[]) group by handler, key order by handler, key`,
);

export const FINISH = prepared(
  "stream-work-finish",
  `with ended as (
      delete from stream_work w using unnest($1::text[], $2::text[], $3::bigint[]) as item (handler, key, claim)
      where w.handler = item.handler and w.key = item.key and w.claim = item.claim
      returning w.handler, w.key, w.claim
    )
    select claim, exists (
        select from stream_work p where p.handler = ended.handler and p.key = ended.key and p.claim is null
      ) as again
    from ended`,
);

/** What waits of a key is taken into the claim: it stands for less than the run that is to come will read. */
export const HAND_ON = prepared(
  "stream-work-hand-on",
  `with given as (
      select * from unnest($1::text[], $2::text[], $3::smallint[], $4::bigint[], $5::int[]) as given (handler, key, lane, up_to, rounds)
    ), taken as (
      delete from stream_work w using given where w.handler = given.handler and w.key = given.key and w.claim is null
      returning w.handler, w.key, w.lane, w.up_to, w.rounds
    )
    insert into stream_work (handler, key, lane, up_to, rounds, claim, claimed_until, presence)
    select handler, key, least(given.lane, taken.lane), greatest(given.up_to, taken.up_to), least(given.rounds, taken.rounds),
        nextval('stream_work_claim'), clock_timestamp() + $6 * interval '1 ms', $7
      from given left join taken using (handler, key) order by handler, key
    on conflict (handler, key) where claim is not null do nothing
    returning handler, key, lane, up_to, attempts, claim, rounds`,
);

export const FAIL = prepared(
  "stream-work-fail",
  `with failed as (
      delete from stream_work where handler = $1 and key = $2 and claim = $3 returning *
    )
    insert into stream_work as w (handler, key, lane, up_to, rounds, attempts, code, reason, input_digest, parked, not_before, added_at)
    select handler, key, lane, up_to, rounds, attempts + 1, $4, $5, $6, $7, clock_timestamp() + $8 * interval '1 ms', added_at from failed
    ${UNLESS_WAITING}, attempts = 1, code = excluded.code, reason = excluded.reason, input_digest = excluded.input_digest,
      not_before = excluded.not_before, added_at = excluded.added_at`,
);

export const SIGN = prepared(
  "stream-work-sign",
  "insert into stream_origin (xid, handler, rounds, handed_on) values (pg_current_xact_id(), $1, $2, $3)",
);

export const ORIGINS = prepared(
  "stream-work-origins",
  `delete from stream_origin where xid = any($1::xid8[]) and handler = any($2::text[])
    returning xid::text::bigint as xid, handler, rounds, handed_on`,
);

export const STATUS = prepared(
  "stream-work-status",
  `select handler, lane, count(*) filter (where not parked)::int as waiting, count(*) filter (where parked)::int as parked,
      coalesce(extract(epoch from clock_timestamp() - min(added_at) filter (where not parked)) * 1000, 0)::float8 as oldest_ms
    from stream_work group by handler, lane order by handler, lane`,
);

export const PARKED = prepared(
  "stream-work-parked",
  `select handler, key, lane, up_to, rounds, attempts, code, reason, input_digest from stream_work
    where parked and ($1::text is null or handler = $1) order by handler, lane, added_at limit $2`,
);

export const RETRY_PARKED = prepared(
  "stream-work-retry-parked",
  `update stream_work set parked = false, attempts = 0, not_before = null, rounds = 0
    where handler = $1 and parked and ($2::text[] is null or key = any($2))`,
);
