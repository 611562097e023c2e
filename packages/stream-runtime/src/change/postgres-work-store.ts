/** Work items in Postgres, beside the repository they are about. */
import { type Database, migrate, type Transaction } from "@tenon/postgres";
import type { Key } from "@tenon/storage-repo/api";
import { PostgresSinkOutbox } from "../sink/postgres-sink-outbox.ts";
import type { SinkOutbox } from "../sink/sink-outbox.ts";
import { numbersText, textsText } from "../store/postgres/array-text.ts";
import { LANES } from "../task/lane.ts";
import { PostgresPumpLeases } from "./postgres-pump-leases.ts";
import type { PumpLeases } from "./pump-lease.ts";
import { leaseLost } from "./work-errors.ts";
import type {
  ClaimedWork,
  ClaimOptions,
  ItemsOf,
  NewWork,
  OpenItem,
  Origin,
  Origins,
  ParkedWork,
  WorkFailure,
  WorkStatus,
  WorkStore,
} from "./work-store.ts";
import { WORK_MIGRATIONS } from "./work-tables.ts";

/** Parked items shown at once. */
const PARKED_MAX = 10_000;

const ADD = {
  name: "stream-work-add",
  text: `insert into stream_work (handler, key, lane, up_to, rounds)
    select * from unnest($1::text[], $2::text[], $3::smallint[], $4::bigint[], $5::int[])
    on conflict (handler, key) do update set
      lane = least(stream_work.lane, excluded.lane), up_to = greatest(stream_work.up_to, excluded.up_to), again = true,
      rounds = least(stream_work.rounds, excluded.rounds),
      attempts = 0, parked = false, not_before = null, code = null, reason = null, input_digest = null`,
};

const SEES = {
  name: "stream-work-sees",
  text: "select coalesce(bool_and(pg_visible_in_snapshot(xid, pg_current_snapshot())), true) as seen from unnest($1::xid8[]) as told (xid)",
};

const CLAIM = {
  name: "stream-work-claim",
  text: `update stream_work w set claim = nextval('stream_work_claim'), claimed_until = clock_timestamp() + $4 * interval '1 ms',
      claimed_rounds = least(w.claimed_rounds, w.rounds), rounds = null, again = false
    from (
      select handler, key from stream_work
      where handler = any($1::text[]) and lane = $2 and not parked
        and (not_before is null or not_before <= clock_timestamp())
        and (claim is null or claimed_until <= clock_timestamp())
      order by added_at limit $3 for update skip locked
    ) free
    where w.handler = free.handler and w.key = free.key
    returning w.handler, w.key, w.lane, w.up_to, w.attempts, w.claim, w.claimed_rounds as rounds`,
};

const OPEN = {
  name: "stream-work-open",
  text: "select handler, key, parked, reason from stream_work where handler = any($1::text[]) and key = any($2::text[]) order by handler, key",
};

const DONE = {
  name: "stream-work-done",
  text: "delete from stream_work where handler = $1 and key = $2 and claim = $3 and not again",
};
const AGAIN = {
  name: "stream-work-again",
  text: `update stream_work set claim = null, claimed_until = null, claimed_rounds = null
    where handler = $1 and key = $2 and claim = $3`,
};
const SIGN = {
  name: "stream-work-sign",
  text: "insert into stream_origin (xid, handler, rounds) values (pg_current_xact_id(), $1, $2)",
};
const ORIGINS = {
  name: "stream-work-origins",
  text: `delete from stream_origin where xid = any($1::xid8[]) and handler = any($2::text[])
    returning xid::text::bigint as xid, handler, rounds`,
};

export class PostgresWorkStore implements WorkStore<Transaction> {
  readonly pumps: PumpLeases;
  readonly sinks: SinkOutbox<Transaction>;
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
    this.pumps = new PostgresPumpLeases(database);
    this.sinks = new PostgresSinkOutbox(database);
  }

  async prepare(): Promise<void> {
    await migrate(this.#database, WORK_MIGRATIONS);
  }

  readonly transaction: WorkStore<Transaction>["transaction"] = (work, options) =>
    this.#database.transaction(work, options);

  async sees(tx: Transaction, xids: readonly bigint[]): Promise<boolean> {
    if (xids.length === 0) return true;
    const [row] = await tx.query<{ seen: boolean }>(SEES, [`{${xids.join(",")}}`]);
    return row?.seen === true;
  }

  async add(tx: Transaction, work: readonly NewWork[]): Promise<void> {
    if (work.length === 0) return;
    // In one order everywhere: two writers of the same items then never wait for each other in a circle.
    const items = work
      .map((each) => ({ ...each, text: JSON.stringify(each.key) }))
      .sort((one, other) => compare(one.handler, other.handler) || compare(one.text, other.text));
    await tx.execute(ADD, [
      textsText(items.map(({ handler }) => handler)),
      textsText(items.map(({ text }) => text)),
      numbersText(items.map(({ lane }) => LANES.indexOf(lane))),
      `{${items.map(({ upTo }) => upTo).join(",")}}`,
      numbersText(items.map(({ rounds }) => rounds)),
    ]);
  }

  async open(tx: Transaction, { handlers, keys }: ItemsOf): Promise<readonly OpenItem[]> {
    const rows = await tx.query<StoredOpen>(OPEN, [handlers, keys.map((key) => JSON.stringify(key))]);
    return rows.map(({ handler, key, parked, reason }) => ({
      ...{ handler, key: JSON.parse(key) as Key, waits: !parked, reason: reason ?? undefined },
    }));
  }

  async betweenClaims(): Promise<bigint> {
    const [row] = await this.#database.query<{ number: bigint }>("select nextval('stream_work_claim') as number");
    return row?.number ?? 0n;
  }

  async claim({ handlers, lane, itemsMax, leaseMs }: ClaimOptions): Promise<readonly ClaimedWork[]> {
    const rows = await this.#database.query<StoredWork>(CLAIM, [handlers, LANES.indexOf(lane), itemsMax, leaseMs]);
    return rows.map(({ handler, key, up_to, attempts, claim, rounds }) => ({
      ...{ handler, key: JSON.parse(key) as Key, lane, upTo: up_to, rounds, attempts, claim: String(claim) },
    }));
  }

  async finish(tx: Transaction, { handler, key, claim }: ClaimedWork): Promise<"done" | "again"> {
    const text = JSON.stringify(key);
    if ((await tx.execute(DONE, [handler, text, claim])) === 1) return "done";
    if ((await tx.execute(AGAIN, [handler, text, claim])) === 1) return "again";
    throw leaseLost({ handler, key });
  }

  async sign(tx: Transaction, { handler, rounds }: Origin): Promise<void> {
    await tx.execute(SIGN, [handler, rounds]);
  }

  async origins(
    tx: Transaction,
    { xids, handlers }: { readonly xids: readonly bigint[]; readonly handlers: readonly string[] },
  ): Promise<Origins> {
    if (xids.length === 0) return new Map();
    const rows = await tx.query<Origin & { xid: bigint }>(ORIGINS, [`{${xids.join(",")}}`, handlers]);
    return new Map(rows.map(({ xid, handler, rounds }) => [xid, { handler, rounds }]));
  }

  async fail({ handler, key, claim }: ClaimedWork, failure: WorkFailure): Promise<void> {
    const { code, reason, inputDigest, parked, waitMs } = failure;
    await this.#database.execute(
      `update stream_work set claim = null, claimed_until = null,
          rounds = least(rounds, claimed_rounds), claimed_rounds = null, attempts = attempts + 1, code = $4, reason = $5, input_digest = $6,
          parked = $7 and not again, not_before = clock_timestamp() + $8 * interval '1 ms'
        where handler = $1 and key = $2 and claim = $3`,
      [handler, JSON.stringify(key), claim, code, reason, inputDigest ?? null, parked, waitMs],
    );
  }

  async status(): Promise<readonly WorkStatus[]> {
    const rows = await this.#database.query<StoredStatus>(
      `select handler, lane, count(*) filter (where not parked)::int as waiting, count(*) filter (where parked)::int as parked,
          coalesce(extract(epoch from clock_timestamp() - min(added_at) filter (where not parked)) * 1000, 0)::float8 as oldest_ms
        from stream_work group by handler, lane order by handler, lane`,
    );
    return rows.map(({ handler, lane, waiting, parked, oldest_ms }) => ({
      ...{ handler, lane: LANES[lane] ?? "low", waiting, parked, oldestMs: oldest_ms },
    }));
  }

  async parked(handler?: string): Promise<readonly ParkedWork[]> {
    const rows = await this.#database.query<StoredParked>(
      `select handler, key, lane, up_to, rounds, attempts, code, reason, input_digest from stream_work
        where parked and ($1::text is null or handler = $1) order by handler, lane, added_at limit $2`,
      [handler ?? null, PARKED_MAX],
    );
    return rows.map((row) => ({
      ...{ handler: row.handler, key: JSON.parse(row.key) as Key, lane: LANES[row.lane] ?? "low", upTo: row.up_to },
      ...{ rounds: row.rounds, attempts: row.attempts, code: row.code ?? "", reason: row.reason ?? "" },
      inputDigest: row.input_digest ?? undefined,
    }));
  }

  async retryParked(handler: string, keys?: readonly Key[]): Promise<number> {
    return this.#database.execute(
      `update stream_work set parked = false, attempts = 0, not_before = null, rounds = 0
        where handler = $1 and parked and ($2::text[] is null or key = any($2))`,
      [handler, keys?.map((key) => JSON.stringify(key)) ?? null],
    );
  }
}

interface StoredOpen {
  readonly handler: string;
  readonly key: string;
  readonly parked: boolean;
  readonly reason: string | null;
}

interface StoredParked {
  readonly handler: string;
  readonly key: string;
  readonly lane: number;
  readonly up_to: bigint;
  readonly rounds: number;
  readonly attempts: number;
  readonly code: string | null;
  readonly reason: string | null;
  readonly input_digest: string | null;
}

interface StoredWork {
  readonly handler: string;
  readonly key: string;
  readonly up_to: bigint;
  readonly rounds: number;
  readonly attempts: number;
  readonly claim: bigint;
}

interface StoredStatus {
  readonly handler: string;
  readonly lane: number;
  readonly waiting: number;
  readonly parked: number;
  readonly oldest_ms: number;
}

function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
