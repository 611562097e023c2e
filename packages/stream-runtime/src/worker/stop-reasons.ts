/** Why a worker leaves a partition by itself, in the words that operators read. */
import { GraphError } from "@tenon/graph-core";
import type { Stop, TaskPartition } from "../store/task-store.ts";
import { isFenced, isHalt, streamError } from "../task/stream-error.ts";
import type { Task } from "../task/task.ts";

/** Of the reason that is kept. */
const STOP_CHARACTERS_MAX = 500;

export function stopOf(error: Error, { owner, epoch }: Pick<Stop, "owner" | "epoch">): Stop {
  const kind = isFenced(error) ? "fenced" : isHalt(error) ? "halted" : "failed";
  const detail = error instanceof GraphError && error.detail !== undefined ? `: ${error.detail}` : "";
  return { kind, code: codeOf(error), reason: `${error.message}${detail}`.slice(0, STOP_CHARACTERS_MAX), owner, epoch };
}

export function codeOf(error: Error): string {
  return error instanceof GraphError ? error.code : error.name;
}

/** The log has given the partition to another member. */
export function lostPartition({ task, partition }: TaskPartition): Error {
  return streamError("fenced", `partition ${partition} of task "${task}" was lost`, {
    hint: "nothing to do: another worker goes on from the last commit",
  });
}

export function refusedCommit(
  task: Task,
  partition: number,
  { start, epoch }: { readonly start: number; readonly epoch: number },
): Error {
  return takenPartition(
    task,
    partition,
    `the commit from offset ${start} under epoch ${epoch} was refused; nothing of it was kept`,
  );
}

export function rewoundPartition(
  task: Task,
  partition: number,
  { epoch, mine }: { readonly epoch: number; readonly mine: number },
): Error {
  return takenPartition(task, partition, `an operator moved it: its epoch is ${epoch}, this worker's ${mine}`);
}

function takenPartition({ name, owner }: Task, partition: number, detail: string): Error {
  return streamError("fenced", `partition ${partition} of task "${name}" has another owner`, {
    owner,
    detail,
    hint: "nothing to do: the other owner goes on from the last commit",
  });
}

export function inputGone(
  task: Task,
  partition: number,
  { next, earliest }: { readonly next: number; readonly earliest: number },
): Error {
  return streamError("inputGone", `task "${task.name}" needs "${task.source.name}" from offset ${next}`, {
    owner: task.owner,
    detail: `partition ${partition} starts at ${earliest}: retention has removed ${earliest - next} records that were not processed`,
    hint: "nothing is skipped by itself: restore the records, or accept the loss by rewinding the task to the earliest offset",
  });
}
