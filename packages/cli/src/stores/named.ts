/** Looks up what a command names, and suggests what may be meant. */
import type { EventLog, TopicFacts } from "@tenon/event-log/api";
import { PostgresOperations, type TaskStatus } from "@tenon/stream-runtime";
import { cliError } from "../cli-error.ts";
import { nearest } from "../output/nearest.ts";
import { hasTable, type Stores } from "./open-stores.ts";

/** @throws GraphError TENON1714 when no task ever ran */
export async function taskOperations({ database, place }: Stores): Promise<PostgresOperations> {
  if (await hasTable(database, "stream_offset")) return new PostgresOperations(database);
  throw cliError("nothingRan", {
    message: "no task has run yet",
    detail: `the database ${place} holds no task`,
    hint: "a task is known once a worker has run it",
  });
}

/** Partitions of a task. @throws GraphError TENON1715 */
export async function taskNamed(name: string, operations: PostgresOperations): Promise<readonly TaskStatus[]> {
  const all = await operations.status();
  const own = all.filter(({ task }) => task === name);
  if (own.length > 0) return own;
  const names = [...new Set(all.map(({ task }) => task))];
  throw unknownName("task", name, names, "`tenon log status` lists them; a task is known once a worker has run it");
}

/** @throws GraphError TENON1715 */
export async function topicNamed(name: string, log: EventLog): Promise<TopicFacts> {
  const all = await log.topics();
  const found = all.find(({ topic }) => topic === name);
  if (found !== undefined) return found;
  const names = all.map(({ topic }) => topic);
  throw unknownName("topic", name, names, "`tenon log topics` lists them");
}

export function unknownName(kind: string, name: string, names: readonly string[], hint: string): Error {
  return cliError("unknownName", {
    message: `there is no ${kind} "${name}"`,
    detail: `there ${names.length === 1 ? "is" : "are"} ${names.join(", ") || "none"}`,
    hint: nearest(name, names) ?? hint,
  });
}
