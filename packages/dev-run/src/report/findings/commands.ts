/** Commands that a report prints: each works when it is pasted at the root of the repository. */
import type { ReportInput } from "../report-input.ts";

export function showCommand(id: string): string {
  return `npx tenon diff show ${id}`;
}

/** Compares one run in both versions, node by node. */
export function compareCommand({ refs, corpora }: ReportInput, requestId: string): string {
  const named = corpora.map((path) => `--corpus ${quoted(path)}`).join(" ");
  const head = refs.head === undefined ? "" : ` --head ${quoted(refs.head)}`;
  return `npx tenon diff run ${quoted(requestId)} --base ${quoted(refs.base)}${head} ${named}`;
}

/** What the owner does who agrees: the expectation goes into the pull request. */
export function approveCommand(id: string): string {
  return `npx tenon diff expect ${id}`;
}

function quoted(text: string): string {
  return /^[\w./:@=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
