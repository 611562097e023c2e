import { openReplication } from "@tenon/postgres/replication";
import { testDatabase } from "@tenon/postgres/testing";
import { describe } from "vitest";
import { feedContract, type MakeRepo, repoContract, SAMPLE_ENTITIES } from "../conformance/index.ts";
import { PostgresCursors } from "../feed/cursor-store.ts";
import { PostgresFeed } from "../feed/postgres-feed.ts";
import type { Transaction } from "@tenon/postgres";
import type { Dialect } from "./dialect.ts";
import { LockFirstDialect } from "./lock-first-dialect.ts";
import { openRepo } from "./open-repo.ts";
import { ReturningDialect } from "./returning-dialect.ts";

function make(dialect: () => Dialect, feed: "slot" | "poll"): MakeRepo<Transaction> {
  return async () => {
    const { database, url, drop } = await testDatabase();
    const entities = SAMPLE_ENTITIES;
    const repo = await openRepo({ database, entities, dialect: dialect() });
    return {
      repo,
      transaction: (work, options) => database.transaction(work, options),
      feed: new PostgresFeed({
        database,
        entities,
        openReplication: feed === "slot" ? () => openReplication({ url }) : undefined,
      }),
      cursors: new PostgresCursors(database),
      close: drop,
    };
  };
}

describe("Postgres 18: RETURNING old, new", () => repoContract(make(() => new ReturningDialect(), "poll")));
describe("Postgres 15 to 17: rows locked first", () => repoContract(make(() => new LockFirstDialect(), "poll")));
describe("through a replication slot", () => feedContract(make(() => new ReturningDialect(), "slot")));
