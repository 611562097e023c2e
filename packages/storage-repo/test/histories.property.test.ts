/**
 * Random histories, run on the model and on both Postgres dialects: the same answers, the same rows, the same changes; and in
 * any other order of arrival the same rows.
 */
import { U8Column } from "@tenon/graph-core";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ChangeBatch } from "../src/api/change.ts";
import type { Repo, WriteResult } from "../src/api/repo.ts";
import { versionOf } from "../src/api/version.ts";
import type { WriteSet } from "../src/api/write-set.ts";
import { WriteSetBuilder } from "../src/api/write-set-builder.ts";
import {
  CampaignBudget,
  chainBreaks,
  finalVersions,
  GroupAll,
  readAll,
  SAMPLE_ENTITIES,
  SampleCampaign,
  SampleGroup,
  take,
} from "../src/conformance/index.ts";
import { ModelRepo } from "../src/model/model-repo.ts";
import { LockFirstDialect } from "../src/postgres/lock-first-dialect.ts";
import { ReturningDialect } from "../src/postgres/returning-dialect.ts";
import { type OwnServer, ownServer } from "./own-server.ts";

const RUNS = Number(process.env.TENON_HISTORIES ?? 25);

let own: OwnServer;
beforeAll(async () => {
  own = await ownServer();
});
afterAll(() => own.stop());

const key = fc.integer({ min: 1, max: 4 });
const version = fc.integer({ min: 1, max: 6 }).map((sequence) => versionOf(0, sequence));
/** What a version says of a row is a function of both, or not: then it is a conflict, which comes too. */
const content = fc.integer({ min: 0, max: 2 });
const CAMPAIGNS = ["a", "b", "ü💡"] as const;
const campaign = fc.constantFrom(...CAMPAIGNS);

type Step =
  | {
      readonly kind: "bid" | "signals" | "embedding" | "delete" | "restore";
      readonly key: number;
      readonly version: bigint;
      readonly content: number;
    }
  | { readonly kind: "budget"; readonly key: string; readonly version: bigint; readonly content: number };

const steps: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constantFrom("bid", "signals", "embedding", "delete", "restore"), key, version, content }),
  fc.record({ kind: fc.constant("budget" as const), key: campaign, version, content }),
);

function addStep(builder: WriteSetBuilder, step: Step): void {
  const { version: at, content: value } = step;
  switch (step.kind) {
    case "bid": {
      const columns = { bidMicros: value, campaignId: [null, "a", "b"][value] ?? null, paused: value === 1 };
      builder.write(SampleGroup, "bid", { key: step.key, version: at, columns });
      return;
    }
    case "signals": {
      const extra = value === 0 ? null : { topic: "t", weight: value / 3 };
      builder.write(SampleGroup, "signals", {
        key: step.key,
        version: at,
        columns: { clickRate: value === 1 ? null : value / 7, impressions: 2n ** 53n + BigInt(value), extra },
      });
      return;
    }
    case "embedding":
      builder.write(SampleGroup, "embedding", {
        key: step.key,
        version: at,
        columns: { embedding: U8Column.from([value, 255]) },
      });
      return;
    case "delete":
      builder.delete(SampleGroup, { key: step.key, version: at });
      return;
    case "restore":
      builder.restore(SampleGroup, { key: step.key, version: at });
      return;
    default:
      builder.write(SampleCampaign, "budget", {
        key: step.key,
        version: at,
        columns: { budgetMicros: value, status: "on" },
      });
  }
}

/** Transactions of a few writes, each row's group and presence at most once. */
const transactions = fc.array(
  fc.uniqueArray(steps, {
    maxLength: 5,
    minLength: 1,
    selector: (step) => `${step.key}/${step.kind === "restore" ? "delete" : step.kind}`,
  }),
  { minLength: 1, maxLength: 12 },
);

/** Every run has keys of its own, so that runs can share a database. */
function writeSets(history: readonly (readonly Step[])[], run: number): readonly WriteSet[] {
  return history.map((list) => {
    const builder = new WriteSetBuilder();
    for (const step of list) {
      addStep(
        builder,
        step.kind === "budget" ? { ...step, key: `${run}${step.key}` } : { ...step, key: run * 10 + step.key },
      );
    }
    return builder.build();
  });
}

async function runHistory(repo: Repo<never>, history: readonly WriteSet[]): Promise<readonly WriteResult[]> {
  const results: WriteResult[] = [];
  for (const writeSet of history) results.push(await repo.tx((tx) => tx.write(writeSet)));
  return results;
}

async function rowsOf(repo: Repo<never>, run: number): Promise<unknown> {
  return repo.read([GroupAll, CampaignBudget], async (snapshot) => {
    const groups = await snapshot.page(GroupAll, { after: run * 10, rowsMax: 100 });
    const campaigns = await snapshot.rows(
      CampaignBudget,
      CAMPAIGNS.map((each) => `${run}${each}`),
    );
    const plain = groups.map(({ columns, ...row }) => {
      const { embedding, ...rest } = columns;
      return {
        ...row,
        columns: { ...rest, embedding: embedding === null ? null : [embedding.at(0), embedding.at(1)] },
      };
    });
    return { groups: plain, campaigns };
  });
}

const listsOf = (batches: readonly ChangeBatch[]) =>
  batches.map((batch) => ({ lanes: batch.lanes, changes: sorted(batch.changes) }));

/** Within a batch the order of rows is the database's. */
function sorted<Change extends { readonly entity: string; readonly key: string | number; readonly group: string }>(
  changes: readonly Change[],
) {
  const name = (change: Change) => `${change.entity}/${change.key}/${change.group}`;
  return [...changes].sort((left, right) => (name(left) < name(right) ? -1 : 1));
}

const comparable = (results: readonly WriteResult[]) =>
  results.map((result) => ({ ...result, changes: sorted(result.changes), conflicts: sorted(result.conflicts) }));

test("the model and both dialects answer every history alike", async () => {
  const bindings = await Promise.all(
    [new ReturningDialect(), new LockFirstDialect()].map((dialect) => own.open({ dialect })),
  );
  let run = 0;
  await fc.assert(
    fc.asyncProperty(transactions, async (steps) => {
      const history = writeSets(steps, ++run);
      const model = new ModelRepo(SAMPLE_ENTITIES);
      const expected = await runHistory(model as unknown as Repo<never>, history);
      const batches = expected.filter((result) => result.changes.length > 0).length;
      const expectedRows = await rowsOf(model as unknown as Repo<never>, run);
      const expectedFeed = await readAll(model.feed, batches);
      expect(chainBreaks(expectedFeed)).toEqual([]);
      for (const { repo, feed } of bindings) {
        const reader = await feed().open({ consumer: "histories", from: "now" });
        const results = await runHistory(repo as unknown as Repo<never>, history);
        expect(comparable(results)).toEqual(comparable(expected));
        expect(await rowsOf(repo as unknown as Repo<never>, run)).toEqual(expectedRows);
        const told = await take(reader, batches);
        await reader.close();
        expect(listsOf(told)).toEqual(listsOf(expectedFeed));
        expect(finalVersions(told)).toEqual(finalVersions(expectedFeed));
      }
    }),
    { numRuns: RUNS },
  );
  for (const { close } of bindings) await close();
}, 120_000);

test("in any order of arrival the rows are the same, where versions are not used twice", async () => {
  const distinct = fc
    .uniqueArray(steps, {
      minLength: 2,
      maxLength: 14,
      selector: (step) => `${step.key}/${step.kind === "restore" ? "delete" : step.kind}/${step.version}`,
    })
    .chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })));
  await fc.assert(
    fc.asyncProperty(distinct, async (orders) => {
      const rows = await Promise.all(
        orders.map(async (order) => {
          const repo = new ModelRepo(SAMPLE_ENTITIES) as unknown as Repo<never>;
          for (const step of order) {
            await runHistory(repo, writeSets([[step]], 1));
          }
          return rowsOf(repo, 1);
        }),
      );
      expect(rows[0]).toEqual(rows[1]);
    }),
  );
});
