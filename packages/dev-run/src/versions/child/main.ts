/**
 * One version of the code, asked by a report (`../protocol.ts`). Started by the report of another checkout, in a process
 * of its own, so what is imported here is this checkout's.
 */
import { fileURLToPath } from "node:url";
import { type Answer, type EntryPlace, type HelloAnswer, PROTOCOL_FORMAT, type Question } from "../protocol.ts";
import { allocateEntry } from "./allocate-entry.ts";
import { OpenCorpora } from "./open-corpora.ts";
import { entryValues, explainEntry, measureEntry, type OpenEntry, runEntry } from "./run-entries.ts";

const ROOT = fileURLToPath(new URL("../../../../../", import.meta.url)).replace(/\/$/, "");
const corpora = new OpenCorpora(ROOT);

let last: Promise<void> = Promise.resolve();
process.on("message", (question) => {
  last = last.then(() => answer(question as Question));
});
// The report has gone: nobody waits for this process.
process.on("disconnect", () => process.exit());

async function answer(question: Question): Promise<void> {
  try {
    tell({ kind: "done", answer: await answerTo(question) });
  } catch (error) {
    const { code, message, detail } = error as { code?: string; message?: string; detail?: string };
    const facts = { ...(code !== undefined && { code: String(code) }), ...(detail !== undefined && { detail }) };
    tell({ kind: "failed", error: { message: message ?? String(error), ...facts } });
  }
}

async function answerTo(question: Question): Promise<unknown> {
  switch (question.kind) {
    case "hello":
      return { format: PROTOCOL_FORMAT, node: process.versions.node } satisfies HelloAnswer;
    case "open":
      return corpora.open(question.corpora);
    case "run":
      return each(question.entries, (open) => runEntry(open, question.answers));
    case "values":
      return each(question.entries, (open) => entryValues(open, question.slots));
    case "measure":
      return each(question.entries, measureEntry);
    case "allocate":
      return each(question.entries, allocateEntry);
    case "converge":
      return corpora.converge();
    case "explain": {
      const ids = new Map(question.entries.map((asked) => [`${asked.corpus} ${asked.at}`, asked.ids]));
      return each(question.entries, (open) =>
        explainEntry(open, ids.get(`${open.place.corpus} ${open.place.at}`) ?? []),
      );
    }
  }
}

async function each(places: readonly EntryPlace[], work: (open: OpenEntry) => Promise<unknown>): Promise<void> {
  for (const open of corpora.each(places)) {
    tell({ kind: "begun", place: open.place });
    const part = await work(open);
    await told({ kind: "part", part });
  }
}

function tell(message: Answer): void {
  process.send?.(message);
}

/** Waits until the pipe has taken it: values of many entries may not pile up here. */
function told(message: Answer): Promise<void> {
  return new Promise((resolve, reject) => {
    process.send?.(message, undefined, undefined, (error) => (error === null ? resolve() : reject(error)));
  });
}
