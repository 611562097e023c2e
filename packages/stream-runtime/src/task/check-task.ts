/** What the types of a task cannot say. */
import type { AnySlot } from "@tenon/graph-core";
import { streamError } from "./stream-error.ts";
import type { Task } from "./task.ts";

const NAME = /^[a-z][a-z0-9-]{0,39}$/;

/** Throws TENON1800 for the first thing that keeps a task from being run. */
export function refuseWrongTask(task: Task): void {
  for (const problem of problemsOf(task)) {
    throw streamError("wrongTask", `task "${task.name}" (owner ${task.owner}): ${problem.message}`, {
      owner: task.owner,
      hint: problem.hint,
    });
  }
}

/** Throws TENON1800 when tasks cannot live beside each other. */
export function refuseWrongSet(tasks: readonly Task[]): void {
  const byName = new Map<string, Task>();
  for (const task of tasks) {
    const other = byName.get(task.name);
    if (other !== undefined) {
      throw streamError("wrongTask", `two tasks are called "${task.name}" (owners ${other.owner} and ${task.owner})`, {
        owner: task.owner,
        hint: "rename one: the name is the key of a task's offsets, state and outbox",
      });
    }
    byName.set(task.name, task);
  }
}

interface Problem {
  readonly message: string;
  readonly hint: string;
}

function* problemsOf(task: Task): Generator<Problem> {
  if (!NAME.test(task.name)) {
    yield { message: "the name cannot name its tables", hint: "use at most 40 of a-z, 0-9 and -, a letter first" };
  }
  yield* slotProblems(task);
  if (task.stale !== undefined && task.source.class !== "content") {
    yield {
      message: `it drops stale records of "${task.source.name}", which is ${task.source.class} data`,
      hint: "only content is replaced by what is newer; every other record counts: remove `stale`",
    };
  }
  if (task.onFailure === "park" && task.source.class === "control") {
    yield {
      message: `it puts failed records of "${task.source.name}" aside, which is control data`,
      hint: 'say onFailure: "halt": what comes after a skipped change would build on what is not so',
    };
  }
  yield* windowProblems(task);
}

function* slotProblems(task: Task): Generator<Problem> {
  const { graph, state, window } = task;
  const requested = [task.event, ...(state === undefined ? [] : [state.read])];
  for (const slot of requested) {
    if (!graph.request.includes(slot)) yield unknownSlot(task, slot.name, "request");
  }
  for (const slot of graph.request) {
    if (requested.includes(slot)) continue;
    yield {
      message: `graph "${graph.name}" asks for slot "${slot.name}", which the task does not give`,
      hint: `give it as \`event\` or \`state.read\`, or read it from a resource`,
    };
  }
  const responded = [state?.write, window?.of, task.writes].filter((slot): slot is AnySlot => slot !== undefined);
  for (const slot of responded) if (!graph.respond.includes(slot)) yield unknownSlot(task, slot.name, "respond");
  const sinks = Object.keys(task.sinks);
  for (const name of sinks) {
    if (!graph.respond.some((slot) => slot.name === name)) yield unknownSlot(task, name, "respond");
  }
  for (const { name } of graph.respond) {
    if (sinks.includes(name) || responded.some((slot) => slot.name === name)) continue;
    yield {
      message: `what graph "${graph.name}" responds in slot "${name}" goes nowhere`,
      hint: "name it in `sinks`, `state.write`, `window.of` or `writes`, or do not respond with it",
    };
  }
}

function unknownSlot(task: Task, name: string, end: "request" | "respond"): Problem {
  return {
    message: `slot "${name}" is no ${end} slot of graph "${task.graph.name}"`,
    hint: `add it to \`${end}\` of the graph, or name one that is there`,
  };
}

function* windowProblems({ window }: Task): Generator<Problem> {
  if (window === undefined) return;
  const { sizesMs, outOfOrderMs, graceMs, retainMs, idleMs, aggregates } = window;
  const chained = sizesMs.every((size, level) => level === 0 || size % (sizesMs[level - 1] as number) === 0);
  const rising = sizesMs.every((size, level) => size > (sizesMs[level - 1] ?? 0) && Number.isSafeInteger(size));
  if (sizesMs.length === 0 || !chained || !rising) {
    yield {
      message: `window sizes ${sizesMs.join(", ")} ms cannot be chained`,
      hint: "give one size, or rising ones of which each is a multiple of the one before",
    };
  }
  for (const [name, value] of Object.entries({ outOfOrderMs, graceMs, retainMs, idleMs })) {
    if (!Number.isSafeInteger(value) || value < 0) {
      yield { message: `window.${name} is ${value}`, hint: "give whole milliseconds, 0 or more" };
    }
  }
  if (Object.keys(aggregates).length === 0) {
    yield { message: "its window aggregates nothing", hint: "give at least `count()`" };
  }
}
