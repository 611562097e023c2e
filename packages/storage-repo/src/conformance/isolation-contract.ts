import { afterAll, beforeAll, expect, test } from "vitest";
import type { RepoTransaction, RepoTransactionOptions } from "../api/repo.ts";
import { versionOf } from "../api/version.ts";
import type { MakeRepo, RepoUnderTest } from "./make-repo.ts";
import { GroupBid } from "./sample-entities.ts";
import { bidWrite } from "./write-contract.ts";

/** A gate that the test opens by hand. */
function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

const noWait = async () => undefined;

/** Snapshots, retries, and the invariant that needs SERIALIZABLE. */
export function isolationContract<Joined>(make: MakeRepo<Joined>): void {
  let under: RepoUnderTest<Joined>;
  let keys = 50_000;
  beforeAll(async () => {
    under = await make();
  });
  afterAll(() => under.close());
  const write = (...args: Parameters<typeof bidWrite>) => under.repo.tx((tx) => tx.write(bidWrite(...args)));
  const bidOf = async (tx: Pick<RepoTransaction, "rows">, key: number) => {
    const [row] = await tx.rows(GroupBid, [key]);
    return { bid: row?.columns.bidMicros ?? 0, version: Number((row?.versions.bid ?? 0n) % 1_000_000n) };
  };

  test("a transaction sees one snapshot: what is committed meanwhile is not torn into its inputs", async () => {
    const [one, other] = [++keys, ++keys];
    await write(one, 1, { bidMicros: 1 });
    await write(other, 1, { bidMicros: 1 });
    const seen = await under.repo.tx(
      async (tx) => {
        const first = await bidOf(tx, one);
        await under.repo.tx(async (writer) => {
          await writer.write(bidWrite(one, 2, { bidMicros: 2 }));
          await writer.write(bidWrite(other, 2, { bidMicros: 2 }));
        });
        return [first.bid, (await bidOf(tx, other)).bid];
      },
      { reads: [GroupBid] },
    );
    expect(seen).toEqual([1, 1]);
  });

  test("reads without one snapshot are refused", async () => {
    const torn = under.repo.tx(async (tx) => tx.rows(GroupBid, [1]), { reads: [GroupBid], isolation: "readCommitted" });
    await expect(torn).rejects.toMatchObject({ code: "TENON1528" });
    const joined = under.transaction(async (tx) => under.repo.readWithin(tx, [GroupBid]).rows(GroupBid, [1]));
    await expect(joined).rejects.toMatchObject({ code: "TENON1528" });
  });

  test("a row that changed since the snapshot is not overwritten: the work runs again, and counts its retries", async () => {
    const key = ++keys;
    await write(key, 1, { bidMicros: 10 });
    let runs = 0;
    const retries: string[] = [];
    await under.repo.tx(
      async (tx) => {
        const { bid, version } = await bidOf(tx, key);
        if (++runs === 1) await write(key, 2, { bidMicros: 50 });
        await tx.write(bidWrite(key, version + 1, { bidMicros: bid + 1 }));
      },
      { reads: [GroupBid], backOff: noWait, onRetry: (_, sqlState) => retries.push(sqlState) },
    );
    const seen = await under.repo.read([GroupBid], (snapshot) => bidOf(snapshot, key));
    expect({ ...seen, runs, retries }).toEqual({ bid: 51, version: 3, runs: 2, retries: ["40001"] });
  });

  test("retries are bounded", async () => {
    const key = ++keys;
    await write(key, 1);
    let sequence = 1;
    const hopeless = under.repo.tx(
      async (tx) => {
        await bidOf(tx, key);
        await write(key, ++sequence);
        await tx.write(bidWrite(key, 900));
      },
      { reads: [GroupBid], attemptsMax: 3, backOff: noWait },
    );
    await expect(hopeless).rejects.toMatchObject({ code: "TENON1502" });
    expect(sequence).toBe(4);
  });

  /** Two workers read both rows, then each raises its own by as much as the sum allows. */
  async function raiseBoth(options: RepoTransactionOptions): Promise<number> {
    const rows = [++keys, ++keys] as const;
    const limit = 10;
    for (const key of rows) await write(key, 1, { bidMicros: 4 });
    const bothRead = gate();
    let reading = 0;
    const raise = (own: number) =>
      under.repo.tx(
        async (tx) => {
          const [one, other] = [await bidOf(tx, rows[0]), await bidOf(tx, rows[1])];
          if (++reading === 2) bothRead.open();
          await bothRead.opened;
          const { bid, version } = own === rows[0] ? one : other;
          const room = limit - one.bid - other.bid;
          if (room > 0) await tx.write(bidWrite(own, version + 1, { bidMicros: bid + room }));
        },
        { reads: [GroupBid], backOff: noWait, ...options },
      );
    await Promise.all(rows.map(raise));
    const seen = await under.repo.read([GroupBid], (snapshot) => snapshot.rows(GroupBid, rows));
    return seen.reduce((sum, row) => sum + (row.columns.bidMicros ?? 0), 0);
  }

  test("an invariant over two rows holds under invariant: true, and is broken by one snapshot alone", async () => {
    expect(await raiseBoth({ invariant: true })).toBe(10);
    expect(await raiseBoth({})).toBe(12);
  });

  test("transactions that write the same row wait for each other, and the newest version wins", async () => {
    const key = ++keys;
    await Promise.all(
      [4, 2, 5, 1, 3].map((sequence) =>
        under.repo.tx((tx) => tx.write(bidWrite(key, sequence, { bidMicros: sequence })), {
          isolation: "readCommitted",
        }),
      ),
    );
    const seen = await under.repo.read([GroupBid], (snapshot) => snapshot.rows(GroupBid, [key]));
    expect(seen[0]).toMatchObject({ columns: { bidMicros: 5 }, versions: { bid: versionOf(0, 5) } });
  });
}
