/** Work items in Postgres, beside the repository they are about. */
import { type Database, migrate, presenceOf, type Transaction } from "@tenon/postgres";
import type { Key } from "@tenon/storage-repo/api";
import { PostgresSinkOutbox } from "../sink/postgres-sink-outbox.ts";
import type { SinkOutbox } from "../sink/sink-outbox.ts";
import { numbersText, textsText } from "../store/postgres/array-text.ts";
import { LANES, type Lane } from "../task/lane.ts";
import { PostgresPumpLeases } from "./postgres-pump-leases.ts";
import type { PumpLeases } from "./pump-lease.ts";
import * as statements from "./work-statements.ts";
import type {
  Claimable,
  ClaimedWork,
  ClaimOptions,
  FinishOutcome,
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
    const [row] = await tx.query<{ seen: boolean }>(statements.SEES, [`{${xids.join(",")}}`]);
    return row?.seen === true;
  }

  async add(tx: Transaction, work: readonly NewWork[]): Promise<void> {
    if (work.length > 0) await tx.execute(statements.ADD, valuesOf(work));
  }

  async open(tx: Transaction, { handlers, keys }: ItemsOf): Promise<readonly OpenItem[]> {
    const rows = await tx.query<StoredOpen>(statements.OPEN, [handlers, keys.map((key) => JSON.stringify(key))]);
    return rows.map(({ handler, key, parked, reason }) => ({
      ...{ handler, key: JSON.parse(key) as Key, waits: !parked, reason: reason ?? undefined },
    }));
  }

  async betweenClaims(): Promise<bigint> {
    const [row] = await this.#database.query<{ number: bigint }>("select nextval('stream_work_claim') as number");
    return row?.number ?? 0n;
  }

  async claim({ handlers, lane, itemsMax, leaseMs }: ClaimOptions): Promise<readonly ClaimedWork[]> {
    const { id: presence } = await presenceOf(this.#database);
    const values = [handlers, LANES.indexOf(lane), itemsMax, leaseMs, presence];
    const rows = await this.#database.query<StoredWork>(statements.CLAIM, values);
    return rows.map((row) => claimedWork(row, lane));
  }

  async endAbandoned(handlers: readonly string[]): Promise<number> {
    return this.#database.execute(statements.END_ABANDONED, [handlers]);
  }

  async claimable(handlers: readonly string[]): Promise<readonly Claimable[]> {
    const rows = await this.#database.query<{ handler: string; lane: number }>(statements.CLAIMABLE, [handlers]);
    return rows.map(({ handler, lane }) => ({ handler, lane: LANES[lane] ?? "low" }));
  }

  async finish(tx: Transaction, items: readonly ClaimedWork[]): Promise<readonly FinishOutcome[]> {
    const rows = inOneOrder(items);
    const ended = await tx.query<{ claim: bigint; again: boolean }>(statements.FINISH, [
      textsText(rows.map(({ handler }) => handler)),
      textsText(rows.map(({ text }) => text)),
      `{${rows.map(({ claim }) => claim).join(",")}}`,
    ]);
    const outcomes = new Map(ended.map(({ claim, again }) => [String(claim), again ? "again" : "done"] as const));
    return items.map(({ claim }) => outcomes.get(claim) ?? "lost");
  }

  async handOn(
    tx: Transaction,
    work: readonly NewWork[],
    { leaseMs }: { readonly leaseMs: number },
  ): Promise<readonly ClaimedWork[]> {
    if (work.length === 0) return [];
    const { id: presence } = await presenceOf(this.#database);
    const values = [...valuesOf(work), leaseMs, presence];
    const rows = await tx.query<StoredWork & { lane: number }>(statements.HAND_ON, values);
    const taken = rows.map((row) => claimedWork(row, LANES[row.lane] ?? "low"));
    if (taken.length === work.length) return taken;
    const known = new Set(taken.map(idOf));
    await this.add(
      tx,
      work.filter((each) => !known.has(idOf(each))),
    );
    return taken;
  }

  async sign(tx: Transaction, { handler, rounds, handedOn }: Origin): Promise<void> {
    await tx.execute(statements.SIGN, [handler, rounds, textsText(handedOn)]);
  }

  async origins(
    tx: Transaction,
    { xids, handlers }: { readonly xids: readonly bigint[]; readonly handlers: readonly string[] },
  ): Promise<Origins> {
    if (xids.length === 0) return new Map();
    const rows = await tx.query<StoredOrigin>(statements.ORIGINS, [`{${xids.join(",")}}`, handlers]);
    return new Map(rows.map(({ xid, handler, rounds, handed_on }) => [xid, { handler, rounds, handedOn: handed_on }]));
  }

  async fail({ handler, key, claim }: ClaimedWork, failure: WorkFailure): Promise<void> {
    const { code, reason, inputDigest, parked, waitMs } = failure;
    const item = [handler, JSON.stringify(key), claim];
    await this.#database.execute(statements.FAIL, [...item, code, reason, inputDigest ?? null, parked, waitMs]);
  }

  async status(): Promise<readonly WorkStatus[]> {
    const rows = await this.#database.query<StoredStatus>(statements.STATUS);
    return rows.map(({ handler, lane, waiting, parked, oldest_ms }) => ({
      ...{ handler, lane: LANES[lane] ?? "low", waiting, parked, oldestMs: oldest_ms },
    }));
  }

  async parked(handler?: string): Promise<readonly ParkedWork[]> {
    const rows = await this.#database.query<StoredParked>(statements.PARKED, [handler ?? null, PARKED_MAX]);
    return rows.map((row) => ({
      ...{ handler: row.handler, key: JSON.parse(row.key) as Key, lane: LANES[row.lane] ?? "low", upTo: row.up_to },
      ...{ rounds: row.rounds, attempts: row.attempts, code: row.code ?? "", reason: row.reason ?? "" },
      inputDigest: row.input_digest ?? undefined,
    }));
  }

  async retryParked(handler: string, keys?: readonly Key[]): Promise<number> {
    return this.#database.execute(statements.RETRY_PARKED, [handler, keys?.map((key) => JSON.stringify(key)) ?? null]);
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

interface StoredOrigin {
  readonly xid: bigint;
  readonly handler: string;
  readonly rounds: number;
  readonly handed_on: readonly string[];
}

function claimedWork({ handler, key, up_to, rounds, attempts, claim }: StoredWork, lane: Lane): ClaimedWork {
  return { handler, key: JSON.parse(key) as Key, lane, upTo: up_to, rounds, attempts, claim: String(claim) };
}

function idOf({ handler, key }: Pick<NewWork, "handler" | "key">): string {
  return JSON.stringify([handler, key]);
}

/** In one order everywhere: two writers of the same items then never wait for each other in a circle. */
function inOneOrder<Item extends Pick<NewWork, "handler" | "key">>(items: readonly Item[]) {
  return items
    .map((each) => ({ ...each, text: JSON.stringify(each.key) }))
    .sort((one, other) => compare(one.handler, other.handler) || compare(one.text, other.text));
}

function valuesOf(work: readonly NewWork[]): readonly string[] {
  const items = inOneOrder(work);
  return [
    textsText(items.map(({ handler }) => handler)),
    textsText(items.map(({ text }) => text)),
    numbersText(items.map(({ lane }) => LANES.indexOf(lane))),
    `{${items.map(({ upTo }) => upTo).join(",")}}`,
    numbersText(items.map(({ rounds }) => rounds)),
  ];
}

function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
