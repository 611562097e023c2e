import type { PostgresOperations, TaskStatus } from "@tenon/stream-runtime";
import { cliError } from "../../cli-error.ts";
import type { ExitCode } from "../../exit-code.ts";
import { progressOn } from "../../output/progress.ts";
import { type ChangeOptions, carryOut } from "../../stores/carry-out.ts";
import { taskNamed, taskOperations } from "../../stores/named.ts";
import { type StoreOptions, withStores } from "../../stores/open-stores.ts";
import { counted } from "../../stores/words.ts";
import type { Terminal } from "../../terminal.ts";

export interface PauseOptions extends StoreOptions, ChangeOptions {}

/** `tenon log pause <task>` and `tenon log resume <task>`. */
export function logPause(name: string, paused: boolean, options: PauseOptions, terminal: Terminal): Promise<ExitCode> {
  return withStores(options, terminal, async (stores) => {
    const operations = await taskOperations(stores);
    const status = await taskNamed(name, operations);
    const isSo = status.every((each) => each.paused === paused);
    const effect = paused
      ? `workers finish the batch at hand and take no more of ${counted(status.length, "partition")}; lag grows until it is resumed`
      : `workers go on from the last commit of ${counted(status.length, "partition")}`;
    return carryOut(
      {
        action: `${paused ? "pause" : "resume"} task "${name}"`,
        name,
        effects: isSo ? [] : [effect],
        facts: { task: name, partitions: status.map(({ partition, next }) => ({ partition, next })) },
        act: async () => {
          await operations.pause(name, paused);
          return { said: `task "${name}" is ${paused ? "paused: workers see it within a second" : "resumed"}` };
        },
      },
      options,
      terminal,
    );
  });
}

export interface DrainOptions extends PauseOptions {
  /** Seconds. */
  readonly wait: number;
}

const LOOK_MS = 200;

/** `tenon log drain <task>`: paused, and everything committed and in the log, or an error that says which partition is not. */
export function logDrain(name: string, options: DrainOptions, terminal: Terminal): Promise<ExitCode> {
  return withStores(options, terminal, async (stores) => {
    const operations = await taskOperations(stores);
    const status = await taskNamed(name, operations);
    const isSo = status.every((each) => each.paused && each.resting);
    const waiting = status.reduce((sum, { outboxPending }) => sum + outboxPending, 0);
    const effects = [
      `pause ${counted(status.length, "partition")}: workers finish the batch at hand and take no more`,
      `wait, at most ${options.wait} s, until each batch is committed and the outbox is empty (${counted(waiting, "message")} now)`,
      "the task stays paused until it is resumed",
    ];
    return carryOut(
      {
        action: `drain task "${name}"`,
        name,
        effects: isSo ? [] : effects,
        facts: {
          task: name,
          partitions: status.map(({ partition, next, outboxPending }) => ({ partition, next, outboxPending })),
        },
        act: async () => {
          await operations.pause(name, true);
          const rested = await untilResting(name, operations, options.wait, terminal);
          const offsets = rested.map(({ partition, next }) => ({ partition, next }));
          return {
            said: `task "${name}" is drained and paused: ${counted(rested.length, "partition")} at rest`,
            facts: { offsets },
          };
        },
      },
      options,
      terminal,
    );
  });
}

/** @throws GraphError TENON1718 */
async function untilResting(
  name: string,
  operations: PostgresOperations,
  waitS: number,
  terminal: Terminal,
): Promise<readonly TaskStatus[]> {
  const progress = progressOn(terminal);
  const untilMs = performance.now() + waitS * 1_000;
  try {
    for (;;) {
      const status = await taskNamed(name, operations);
      const busy = status.filter(({ resting }) => !resting);
      if (busy.length === 0) return status;
      if (performance.now() > untilMs) throw notDrained(name, waitS, busy);
      progress.step(`waiting for ${counted(busy.length, "partition")} of ${name}`);
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  } finally {
    progress.end();
  }
}

function notDrained(name: string, waitS: number, busy: readonly TaskStatus[]): Error {
  return cliError("notDrained", {
    message: `task "${name}" is paused, but did not come to rest within ${waitS} s`,
    detail: busy
      .map(
        ({ partition, owner, outboxPending }) =>
          `partition ${partition}: no word from ${owner}, ${counted(outboxPending, "message")} in the outbox`,
      )
      .join("\n"),
    hint: "wait longer with --wait; of a worker that is gone nothing is under way, and what its outbox holds is sent by the next one",
  });
}
