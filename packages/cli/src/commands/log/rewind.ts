import type { PartitionOffsets } from "@tenon/event-log/api";
import type { Holdings, TaskStatus } from "@tenon/stream-runtime";
import type { ExitCode } from "../../exit-code.ts";
import { type ChangeOptions, carryOut } from "../../stores/carry-out.ts";
import { taskNamed, taskOperations, topicNamed } from "../../stores/named.ts";
import { type StoreOptions, withStores } from "../../stores/open-stores.ts";
import {
  chosenPartitions,
  offsetOfPlace,
  placeText,
  readPlace,
  requireOnePartition,
} from "../../stores/place-in-log.ts";
import { counted } from "../../stores/words.ts";
import type { Terminal } from "../../terminal.ts";

export interface RewindOptions extends StoreOptions, ChangeOptions {
  readonly to: string;
  readonly partition?: number;
}

interface Move extends Omit<Holdings, "task"> {
  readonly from: number;
  readonly to: number;
}

/** `tenon log rewind <task>`. */
export function logRewind(name: string, options: RewindOptions, terminal: Terminal): Promise<ExitCode> {
  const place = readPlace(options.to, Date.now());
  return withStores(options, terminal, async (stores) => {
    const operations = await taskOperations(stores);
    const status = await taskNamed(name, operations);
    const source = status[0]?.source ?? "";
    const log = await stores.log();
    await topicNamed(source, log);
    const claimed = (await log.offsets(source)).filter(({ partition }) =>
      status.some((each) => each.partition === partition),
    );
    const partitions = chosenPartitions(source, claimed, options.partition);
    requireOnePartition(place, partitions, "--to");
    const holdings = await operations.holdings(name);
    const moves: Move[] = [];
    for (const at of partitions) moves.push(moveOf(at, await offsetOfPlace(log, place, at), status, holdings));
    return carryOut(
      {
        action: `rewind task "${name}" to ${placeText(place)}`,
        name,
        effects: effectsOf(moves, source),
        facts: { task: name, source, partitions: moves },
        act: async () => {
          await operations.rewind(name, Object.fromEntries(moves.map(({ partition, to }) => [partition, to])));
          return {
            said: `task "${name}" is rewound: ${counted(moves.length, "partition")}; its workers notice within seconds`,
          };
        },
      },
      options,
      terminal,
    );
  });
}

function moveOf(
  { partition }: PartitionOffsets,
  to: number,
  status: readonly TaskStatus[],
  holdings: readonly Holdings[],
): Move {
  const from = status.find((each) => each.partition === partition)?.next ?? 0;
  const held = holdings.find((each) => each.partition === partition);
  const { stateKeys = 0, windowRows = 0, parked = 0, outboxPending = 0 } = held ?? {};
  return { partition, from, to, stateKeys, windowRows, parked, outboxPending };
}

function effectsOf(moves: readonly Move[], source: string): readonly string[] {
  const lines = moves.map(({ partition, from, to, stateKeys, windowRows, parked }) => {
    const forgotten = [
      counted(stateKeys, "state key"),
      counted(windowRows, "window row"),
      counted(parked, "parked record"),
    ];
    return `partition ${partition}: offset ${from} → ${to}${distance(from, to)}; forgets ${forgotten.join(", ")}`;
  });
  const waiting = moves.reduce((sum, { outboxPending }) => sum + outboxPending, 0);
  return [
    ...lines,
    `records of "${source}" are processed again from there, with empty state: state that comes of older records is not rebuilt`,
    "outputs are sent again under the same ids; tasks that read them take them as new ones, so rewind those too",
    ...(waiting > 0
      ? [`${counted(waiting, "message")} in the outbox ${waiting === 1 ? "is" : "are"} kept and sent first`]
      : []),
    "running workers lose their claim, and claim anew",
  ];
}

function distance(from: number, to: number): string {
  if (to === from) return "";
  return to < from
    ? ` (${counted(from - to, "offset")} again)`
    : ` (${counted(to - from, "offset")} SKIPPED, never processed)`;
}
