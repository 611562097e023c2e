/**
 * The stored window of change batches: made in partitions ahead of the writers, dropped in partitions behind everybody who
 * may still need them.
 */
import type { Database, Transaction } from "@tenon/postgres";
import { repoError } from "../api/repo-error.ts";
import { settledNow } from "../feed/postgres-feed.ts";
import { lastSequence } from "../feed/settled.ts";
import { CHANGE_BATCH, SCHEMA } from "../postgres/names.ts";
import type { Watermark } from "../snapshot/watermark.ts";
import { watermarkToJson } from "../snapshot/watermark.ts";

/** Sequence numbers per partition. */
const PARTITION_SPAN_DEFAULT = 1_000_000n;
/** Partitions that wait for writers. With the default span a million transactions each. */
const PARTITIONS_AHEAD = 2n;
/** Making and dropping locks the table for an instant; if it cannot have the lock soon it lets the writers go first. */
const LOCK_MS_MAX = 2_000;

export type BaseState = "building" | "published" | "retired";

export interface HistoryPartition {
  readonly name: string;
  /** Holds `from` ≤ seq < `to`. */
  readonly from: bigint;
  readonly to: bigint;
}

export interface HistoryNeed {
  /** Batches after it are needed. */
  readonly seq: bigint;
  /** Who needs them: `base 12`, `consumer indexer`. */
  readonly heldBy: string;
}

export class History {
  readonly #database: Database;
  readonly #span: bigint;

  /** @param span sequence numbers per partition; the same for the life of the database. Default 1,000,000 */
  constructor(database: Database, span: bigint = PARTITION_SPAN_DEFAULT) {
    this.#database = database;
    this.#span = span;
  }

  async partitions(): Promise<readonly HistoryPartition[]> {
    const rows = await this.#database.query<{ name: string; bound: string }>(
      `select c.relname as name, pg_get_expr(c.relpartbound, c.oid) as bound from pg_inherits i
       join pg_class c on c.oid = i.inhrelid where i.inhparent = '${CHANGE_BATCH}'::regclass`,
    );
    const partitions = rows.flatMap(({ name, bound }) => {
      const range = /FROM \('(\d+)'\) TO \('(\d+)'\)/.exec(bound);
      return range === null ? [] : [{ name, from: BigInt(range[1] ?? 0), to: BigInt(range[2] ?? 0) }];
    });
    return partitions.sort((left, right) => (left.from < right.from ? -1 : 1));
  }

  /** Makes the partitions that writers will need next. Run it now and then, far more often than a partition fills. */
  async makePartitions(): Promise<readonly HistoryPartition[]> {
    const known = await this.partitions();
    const made: HistoryPartition[] = [];
    const last = await lastSequence(this.#database);
    // The rest partition holds what came before there were others: it cannot be covered any more.
    let from = known.at(-1)?.to ?? (last === 0n ? 0n : (last / this.#span + 1n) * this.#span);
    while (from <= last + this.#span * PARTITIONS_AHEAD) {
      const partition = { name: `change_batch_${from}`, from, to: from + this.#span };
      await this.#locked((tx) => makePartition(tx, partition));
      made.push(partition);
      from = partition.to;
    }
    return made;
  }

  /** The oldest batch that a base or a consumer may still need; `undefined` when there are neither. */
  async oldestNeed(): Promise<HistoryNeed | undefined> {
    const [need] = await this.#database.query<{ seq: bigint; held_by: string }>(
      `select seq, held_by from (
         select floor_seq as seq, 'base ' || epoch as held_by from ${SCHEMA}.base_epoch where state <> 'retired'
         union all
         select settled_seq, 'consumer ' || consumer from ${SCHEMA}.feed_cursor where settled_seq is not null
       ) as needs order by seq limit 1`,
    );
    return need === undefined ? undefined : { seq: need.seq, heldBy: need.held_by };
  }

  /**
   * Drops whole partitions of batches before a sequence number. Export them first.
   *
   * @throws GraphError TENON1542 when a base that may be rolled back to, or a consumer, still needs one of them
   */
  async dropBefore(seq: bigint): Promise<readonly HistoryPartition[]> {
    const settled = await settledNow(this.#database);
    const need = await this.oldestNeed();
    if (need !== undefined && need.seq + 1n < seq) throw stillNeeded(need, seq);
    const bound = seq < settled ? seq : settled;
    const old = (await this.partitions()).filter((partition) => partition.to <= bound);
    for (const partition of old) await this.#locked((tx) => dropPartition(tx, partition));
    return old;
  }

  /** Registers a base, or moves its state on. Until it is retired, history reaches back to its watermark. */
  async noteBase(epoch: bigint, { watermark, state }: { watermark: Watermark; state: BaseState }): Promise<void> {
    await this.#database.execute(
      `insert into ${SCHEMA}.base_epoch (epoch, floor_seq, watermark, state) values ($1, $2, $3, $4)
       on conflict (epoch) do update set state = excluded.state`,
      [epoch, watermark.floorSeq, watermarkToJson(watermark), state],
    );
  }

  #locked<Result>(work: (tx: Transaction) => Promise<Result>): Promise<Result> {
    return this.#database.transaction(async (tx) => {
      await tx.execute(`set local lock_timeout = ${LOCK_MS_MAX}`);
      return work(tx);
    });
  }
}

/** Made beside the table and then attached, which lets readers and writers of other partitions go on. */
async function makePartition(tx: Transaction, { name, from, to }: HistoryPartition): Promise<void> {
  await tx.execute(`create table ${SCHEMA}.${name} (like ${CHANGE_BATCH} including defaults including indexes)`);
  await tx.execute(
    `alter table ${CHANGE_BATCH} attach partition ${SCHEMA}.${name} for values from ('${from}') to ('${to}')`,
  );
}

/** The floor moves with the drop: a reader that needs what is gone is told, whenever it starts. */
async function dropPartition(tx: Transaction, { name, to }: HistoryPartition): Promise<void> {
  await tx.execute(`update ${SCHEMA}.feed_identity set floor_seq = greatest(floor_seq, $1)`, [to - 1n]);
  await tx.execute(`drop table ${SCHEMA}.${name}`);
}

function stillNeeded({ seq, heldBy }: HistoryNeed, wanted: bigint): Error {
  return repoError("TENON1542", "change history is still needed", {
    category: "input",
    expected: `at most batches before ${seq + 1n} to go: ${heldBy} needs the later ones`,
    found: `batches before ${wanted}`,
    hint: "retire the base, or remove the consumer's cursor if it never comes back",
  });
}
