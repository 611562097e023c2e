import { type Database, presenceEnded, presenceOf } from "@tenon/postgres";
import type { PumpLeases, TakenLease } from "./pump-lease.ts";

/** A lease that runs is only looked at: whoever stands by writes nothing. */
const TAKE = {
  name: "stream-pump-take",
  text: `with lapsed as (
      update stream_pump set epoch = epoch + 1, owner = $2, presence = $4, held_until = clock_timestamp() + $3 * interval '1 ms'
      where consumer = $1 and (held_until <= clock_timestamp() or ${presenceEnded("presence")}) returning epoch
    ), first as (
      insert into stream_pump (consumer, epoch, owner, presence, held_until)
      select $1, 1, $2, $4, clock_timestamp() + $3 * interval '1 ms' where not exists (select from stream_pump where consumer = $1)
      on conflict do nothing returning epoch
    )
    select epoch from lapsed union all select epoch from first`,
};
const EXTEND = {
  name: "stream-pump-extend",
  text: `update stream_pump set held_until = clock_timestamp() + $3 * interval '1 ms' where consumer = $1 and epoch = $2`,
};

/** Leases in Postgres, on its clock, each as long as its holder's presence at most. */
export class PostgresPumpLeases implements PumpLeases {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async take({ consumer, owner, leaseMs }: Parameters<PumpLeases["take"]>[0]): Promise<TakenLease | undefined> {
    const { id, lost } = await presenceOf(this.#database);
    const [taken] = await this.#database.query<{ epoch: bigint }>(TAKE, [consumer, owner, leaseMs, id]);
    return taken && { epoch: taken.epoch, lost };
  }

  async extend({ consumer, epoch, leaseMs }: Parameters<PumpLeases["extend"]>[0]): Promise<boolean> {
    return (await this.#database.execute(EXTEND, [consumer, epoch, leaseMs])) === 1;
  }

  async release({ consumer, epoch }: Parameters<PumpLeases["release"]>[0]): Promise<void> {
    await this.extend({ consumer, epoch, leaseMs: 0 });
  }
}
