/** A small stream to test with: amounts per account are summed up, and the running sums are counted in windows. */
import { topic } from "@tenon/event-log/api";
import { graph, node, slot } from "@tenon/graph-core";
import { z } from "zod";
import { count, LateEvent, type Message, max, messagesOf, sum, task, tumbling, windowResult } from "../src/index.ts";

const facts = { owner: "ads-streams", class: "event", retentionMs: 3_600_000, purpose: "a test" } as const;
export const PARTITIONS = 3;

const AmountSchema = z.strictObject({ amount: z.int(), note: z.string() });
const SumSchema = z.strictObject({ total: z.int(), events: z.int(), amount: z.int() });

export const Amounts = topic("amounts", AmountSchema, { ...facts, partitions: PARTITIONS, unreadable: "deadLetter" });
export const Sums = topic("sums", SumSchema, { ...facts, partitions: 2, unreadable: "deadLetter" });
export const WINDOW_AGGREGATES = { events: count(), total: sum("amount"), most: max("amount") } as const;
export const SumCounts = topic("sum-counts", windowResult(WINDOW_AGGREGATES), {
  ...facts,
  partitions: 2,
  unreadable: "deadLetter",
});
export const LateSums = topic("late-sums", LateEvent, { ...facts, partitions: 1, unreadable: "deadLetter" });
export const TOPICS = [Amounts, Sums, SumCounts, LateSums, { ...Amounts, name: "amounts.dead" }];

const owner = { owner: "ads-streams" } as const;
const Amount = slot("amount", AmountSchema, owner);
const Account = slot("account", z.nullable(SumSchema), owner);
const NextAccount = slot("nextAccount", SumSchema, { ...owner, leaves: "outside" });
const SumMessages = slot("sumMessages", messagesOf(Sums), { ...owner, leaves: "outside" });
const SumEvent = slot("sumEvent", SumSchema, owner);
const Counted = slot("counted", SumSchema, { ...owner, leaves: "outside" });

/** Records with this note fail in the node. */
export const POISON = "poison";

const addUp = (
  amount: { amount: number; note: string },
  account: { total: number; events: number } | null,
  nowMs: number,
  key: string,
) => {
  if (amount.note === POISON) throw new Error("poisoned");
  const next = {
    total: (account?.total ?? 0) + amount.amount,
    events: (account?.events ?? 0) + 1,
    amount: amount.amount,
  };
  const messages: Message<typeof next>[] = [{ key, timeMs: nowMs, value: next }];
  return { nextAccount: next, sumMessages: messages };
};

const addAmount = node({
  owner: "ads-streams",
  purpose: "adds an amount to its account",
  reads: [Amount, Account],
  writes: [NextAccount, SumMessages],
  run: ({ amount, account }, { clock }) => addUp(amount, account, clock.nowMs, amount.note.split("/")[0] as string),
});

const countSum = node({
  owner: "ads-streams",
  purpose: "passes a running sum to the window",
  reads: [SumEvent],
  writes: [Counted],
  run: ({ sumEvent }) => ({ counted: sumEvent }),
});

export const addAmounts = graph({
  name: "add-amounts",
  owner: "ads-streams",
  request: [Amount, Account],
  nodes: { addAmount },
  respond: [NextAccount, SumMessages],
});

export const countSums = graph({
  name: "count-sums",
  owner: "ads-streams",
  request: [SumEvent],
  nodes: { countSum },
  respond: [Counted],
});

export const sumAmounts = task({
  name: "sum-amounts",
  owner: "ads-streams",
  purpose: "running sums per account",
  source: Amounts,
  lane: "high",
  graph: addAmounts,
  event: Amount,
  state: { read: Account, write: NextAccount },
  sinks: { sumMessages: Sums },
});

export const WINDOW = { sizesMs: [200, 1_000], outOfOrderMs: 50, graceMs: 300, retainMs: 600_000, idleMs: 86_400_000 };

export const countWindows = task({
  name: "count-windows",
  owner: "ads-streams",
  purpose: "running sums per account and window",
  source: Sums,
  lane: "medium",
  graph: countSums,
  event: SumEvent,
  window: tumbling({
    ...WINDOW,
    of: Counted,
    aggregates: WINDOW_AGGREGATES,
    results: SumCounts,
    late: LateSums,
  }),
});
