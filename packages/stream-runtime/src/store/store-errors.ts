import { streamError } from "../task/stream-error.ts";

export function changedAggregates(task: string, stored: string, declared: string): Error {
  return streamError("wrongTask", `the aggregates of task "${task}" are not those of its stored windows`, {
    detail: `stored ${stored}, declared ${declared}`,
    hint: "give the changed task a new name and let both run until the old one is not read any more",
  });
}

export function unknownTask(task: string, known: readonly string[]): Error {
  return streamError("wrongCommand", `there is no task "${task}"`, {
    detail: `known tasks: ${known.toSorted().join(", ") || "none"}`,
    hint: "name one of them; a task is known once a worker has run it",
  });
}

export function notPrepared(task: string): Error {
  return streamError("wrongTask", `task "${task}" was given to a store that does not know it`, {
    hint: "name it to `prepare` before its first commit",
  });
}
