import type { Transaction } from "@tenon/postgres";
import { afterAll, beforeAll, describe } from "vitest";
import { type OwnServer, ownServer } from "../../test/own-server.ts";
import { feedContract, type MakeRepo, repoContract } from "../conformance/index.ts";
import { PostgresCursors } from "../feed/cursor-store.ts";
import type { Dialect } from "./dialect.ts";
import { LockFirstDialect } from "./lock-first-dialect.ts";
import { ReturningDialect } from "./returning-dialect.ts";

let own: OwnServer;
beforeAll(async () => {
  own = await ownServer();
});
afterAll(() => own.stop());

function make(dialect: () => Dialect, feed: "slot" | "poll"): MakeRepo<Transaction> {
  return async () => {
    const { repo, database, replication, close, feed: feedOf } = await own.open({ dialect: dialect() });
    return {
      repo,
      transaction: (work, options) => database.transaction(work, options),
      feed: feedOf({ openReplication: feed === "slot" ? replication : undefined }),
      cursors: new PostgresCursors(database),
      close,
    };
  };
}

describe("Postgres 18: RETURNING old, new", () => repoContract(make(() => new ReturningDialect(), "poll")));
describe("Postgres 15 to 17: rows locked first", () => repoContract(make(() => new LockFirstDialect(), "poll")));
describe("through a replication slot", () => feedContract(make(() => new ReturningDialect(), "slot")));
