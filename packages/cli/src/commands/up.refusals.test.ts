/** What `tenon up` cannot start with is said by name, before anything is started, and nothing is left running. */
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestDatabase, testDatabase } from "@tenon/postgres/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { tenon } from "../testing/tenon.ts";

/** Nobody listens there, and nobody may. */
const NOWHERE = "postgres://nobody:secret@127.0.0.1:1/none";

const taken: Server = createServer();
let there: TestDatabase;
let port = "";

beforeAll(async () => {
  there = await testDatabase();
  await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
  port = String((taken.address() as { readonly port: number }).port);
});
afterAll(async () => {
  taken.close();
  await there.drop();
});

interface Refusal {
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly says: string;
  readonly hint: string;
  readonly exitCode?: number;
}

const SERVING = { TENON_AD_SOURCE: "pipeline", TENON_INDEX_STORE: "file:///nowhere" };
const FTP = "ftp://bases/prefix";
/** Asked for when the test runs: port and database are known then. */
const REFUSALS: readonly (readonly [what: string, refusal: () => Refusal])[] = [
  ...[[], ["--role", "admixer"], ["--role", "gateway", "--role", "batch"]].map(
    (roles) =>
      [
        `a port that is taken, ${roles.join(" ") || "everything"}`,
        () => ({
          args: [...roles, "--port", port],
          environment: roles.includes("gateway") ? { DATABASE_URL: there.url } : {},
          says: `error TENON1603: cannot listen on 127.0.0.1:${port}\n`,
          hint: "set port",
        }),
      ] as const,
  ),
  [
    "a database that is not there, everything",
    () => ({
      args: ["--port", "0"],
      environment: { DATABASE_URL: NOWHERE },
      says: "error TENON1713: DATABASE_URL: no connection to the database postgres://nobody:***@127.0.0.1:1/none\n",
      hint: "correct host, port and DATABASE_URL",
    }),
  ],
  [
    "the advertisers' database is not there",
    () => ({
      args: ["--role", "gateway"],
      environment: { DATABASE_URL: there.url, ADS_DATABASE_URL: NOWHERE },
      says: "error TENON1713: ADS_DATABASE_URL: no connection to the database",
      hint: "correct host, port and ADS_DATABASE_URL",
    }),
  ],
  [
    "the log of an ad server is not there",
    () => ({
      args: ["--role", "admixer", "--port", "0"],
      environment: { ...SERVING, TENON_INDEX_LOG: NOWHERE },
      says: "error TENON1713: TENON_INDEX_LOG: no connection to the database",
      hint: "correct host, port and TENON_INDEX_LOG",
    }),
  ],
  ...[[], ["--role", "batch"]].map(
    (roles) =>
      [
        `an address that is no object store, ${roles.join(" ") || "everything"}`,
        () => ({
          args: [...roles, "--port", "0"],
          environment: { DATABASE_URL: there.url, OBJECT_STORE_URL: FTP },
          says: "error TENON1444: OBJECT_STORE_URL: the object store cannot be used",
          hint: "`file:///folder` and `s3://bucket/prefix` are understood",
        }),
      ] as const,
  ),
  [
    "an ad server's object store is none",
    () => ({
      args: ["--role", "admixer", "--port", "0"],
      environment: { ...SERVING, TENON_INDEX_STORE: FTP, TENON_INDEX_LOG: there.url },
      says: "error TENON1444: TENON_INDEX_STORE: the object store cannot be used",
      hint: "`file:///folder` and `s3://bucket/prefix` are understood",
    }),
  ],
  [
    "a role twice",
    () => ({
      args: ["--role", "argus", "--role", "gateway", "--role", "argus"],
      environment: { DATABASE_URL: there.url },
      says: 'error TENON1700: role "argus" is given twice\n',
      hint: "run `tenon up --role argus` twice",
      exitCode: 2,
    }),
  ],
  [
    "a role that is none",
    () => ({
      args: ["--role", "gatewy"],
      says: 'error TENON1700: there is no role "gatewy"\n',
      hint: "give --role once for each",
      exitCode: 2,
    }),
  ],
];

test.each(REFUSALS)(
  "%s",
  async (_, refusal) => {
    const { args, environment = {}, says, hint, exitCode = 3 } = refusal();
    const folder = mkdtempSync(join(tmpdir(), "tenon-refused-"));
    try {
      const ended = await tenon(["up", ...args], { folder, environment });
      expect([ended.exitCode, ended.out]).toEqual([exitCode, ""]);
      expect(ended.talk).toContain(says);
      expect(ended.talk).toContain(hint);
      expect(ended.talk).not.toContain("secret");
      // It ended by itself, and began nothing: no server, no lock, no table.
      expect(ended.talk).not.toContain("TENON1712");
      expect(existsSync(join(folder, ".tenon")) ? readdirSync(join(folder, ".tenon")) : []).toEqual([]);
      const tables = await there.database.query(
        "select from pg_tables where schemaname not in ('pg_catalog', 'information_schema')",
      );
      expect(tables).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
  60_000,
);
