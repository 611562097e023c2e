/** The pages of our codes show what is really said. `UPDATE_PAGES=1` writes the text into the pages. */
import { readFileSync, writeFileSync } from "node:fs";
import type { GraphError } from "@tenon/graph-core";
import { expect, test } from "vitest";
import {
  logBroken,
  logBusy,
  logEnded,
  logExists,
  logGone,
  logMoved,
  logUnreachable,
  notEmpty,
  otherHistory,
  publicationUnfit,
  tooManyAsks,
} from "../src/errors.ts";

const SLOT = "indexing";
const said: readonly GraphError[] = [
  logGone(SLOT, "a slot whose log was removed"),
  logMoved(SLOT, { confirmed: "1/5F3A2C10", acknowledged: "1/5E000148" }),
  otherHistory(SLOT, { stored: "7421093345501296001.1", current: "7421093345501296001.2" }),
  publicationUnfit("one without ads.budgets"),
  logBroken("a row of ads.budgets without row_version"),
  logBusy(SLOT, new Error("replication slot is active for PID 4711")),
  logEnded("acknowledged with a position that was not pulled"),
  tooManyAsks(20_001, 20_000),
  logUnreachable(SLOT, 12, new Error("TENON1500 no connection to the database postgres://ads@127.0.0.1:5432/ads")),
  notEmpty("ads.advertisers"),
  logExists(SLOT),
];

const TEXT = /```text\n([\s\S]*?)```/;

test.each(said.map((error) => [error.code, error] as const))("the page of %s shows what is said", (code, error) => {
  const path = new URL(`../../../docs/errors/${code}.md`, import.meta.url);
  const page = readFileSync(path, "utf8");
  const text = `${[error.message, error.detail, `hint: ${error.hint}`].join("\n")}\n`;
  if (process.env.UPDATE_PAGES === "1")
    writeFileSync(
      path,
      page.replace(TEXT, () => `\`\`\`text\n${text}\`\`\``),
    );
  else expect(TEXT.exec(page)?.[1]).toBe(text);
});
