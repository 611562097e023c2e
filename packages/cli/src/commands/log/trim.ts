import { cliError } from "../../cli-error.ts";
import type { ExitCode } from "../../exit-code.ts";
import { type ChangeOptions, carryOut } from "../../stores/carry-out.ts";
import { taskOperations, topicNamed } from "../../stores/named.ts";
import { hasTable, type StoreOptions, type Stores, withStores } from "../../stores/open-stores.ts";
import {
  chosenPartitions,
  offsetOfPlace,
  placeText,
  readPlace,
  requireOnePartition,
} from "../../stores/place-in-log.ts";
import { counted } from "../../stores/words.ts";
import type { Terminal } from "../../terminal.ts";

export interface TrimOptions extends StoreOptions, ChangeOptions {
  readonly before: string;
  readonly partition?: number;
}

interface Cut {
  readonly partition: number;
  readonly earliest: number;
  readonly before: number;
}

/** `tenon log trim <topic>`: refused while a task has not read what would go. */
export function logTrim(name: string, options: TrimOptions, terminal: Terminal): Promise<ExitCode> {
  const place = readPlace(options.before, Date.now());
  return withStores(options, terminal, async (stores) => {
    const log = await stores.log();
    await topicNamed(name, log);
    const partitions = chosenPartitions(name, await log.offsets(name), options.partition);
    requireOnePartition(place, partitions, "--before");
    const cuts: Cut[] = [];
    for (const at of partitions) {
      const before = await offsetOfPlace(log, place, at);
      if (before > at.earliest) cuts.push({ partition: at.partition, earliest: at.earliest, before });
    }
    await requireUnneeded(name, cuts, stores);
    return carryOut(
      {
        action: `trim topic "${name}" before ${placeText(place)}`,
        name,
        effects: cuts.map(
          ({ partition, earliest, before }) =>
            `partition ${partition}: ${counted(before - earliest, "offset")} from ${earliest} to ${before - 1} deleted for good`,
        ),
        facts: { topic: name, partitions: cuts },
        act: async () => {
          for (const { partition, before } of cuts) await log.trim({ topic: name, partition }, before);
          return { said: `topic "${name}" is trimmed: ${counted(cuts.length, "partition")}` };
        },
      },
      options,
      terminal,
    );
  });
}

/** @throws GraphError TENON1717 */
async function requireUnneeded(topic: string, cuts: readonly Cut[], stores: Stores): Promise<void> {
  if (!(await hasTable(stores.database, "stream_offset"))) return;
  const status = await (await taskOperations(stores)).status();
  const needs = cuts.flatMap(({ partition, before }) =>
    status
      .filter((each) => each.source === topic && each.partition === partition && each.next < before)
      .map(({ task, next }) => `task "${task}" stands at offset ${next} of partition ${partition}`),
  );
  if (needs.length === 0) return;
  throw cliError("stillNeeded", {
    message: `records of topic "${topic}" are still needed`,
    detail: needs.join("\n"),
    hint: "trim before those offsets, or let the task read on; `tenon log rewind` moves one that never will",
  });
}
