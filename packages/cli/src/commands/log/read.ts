import {
  deadLetterFacts,
  type EventLog,
  type LogRecord,
  type PartitionOffsets,
  type Topic,
} from "@tenon/event-log/api";
import { ExitCode } from "../../exit-code.ts";
import { colorsFor } from "../../output/colors.ts";
import { jsonText } from "../../output/json.ts";
import { folderOf } from "../../project/project-of.ts";
import { topicNamed } from "../../stores/named.ts";
import { type StoreOptions, withStores } from "../../stores/open-stores.ts";
import { chosenPartitions, offsetOfPlace, readPlace, requireOnePartition } from "../../stores/place-in-log.ts";
import { projectTopics } from "../../stores/project-topics.ts";
import { digestOf, shapeOf } from "../../stores/redacted.ts";
import { timeText } from "../../stores/words.ts";
import type { Terminal } from "../../terminal.ts";

export interface ReadOptions extends StoreOptions {
  readonly partition?: number;
  readonly from: string;
  readonly max: number;
  readonly values?: boolean;
}

/** What is shown of a record; key, headers and value as they are only where values are asked for. */
interface ShownRecord {
  readonly partition: number;
  readonly offset: number;
  readonly timeMs: number;
  readonly appendedAtMs: number;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>> | readonly string[];
  readonly bytes: number;
  /** `ok`: of the declared schema. `dead letter`. `undeclared`: no task of the project names the topic. Else why it cannot be read. */
  readonly state: string;
  readonly value: unknown;
  readonly deadLetter: { readonly reason: string; readonly detail: string; readonly owner: string } | undefined;
}

const BYTES_MAX = 8 * 2 ** 20;
const PULL_WAIT_MS = 1_000;

/** `tenon log read <topic>`. */
export function logRead(name: string, options: ReadOptions, terminal: Terminal): Promise<ExitCode> {
  const place = readPlace(options.from, Date.now());
  return withStores(options, terminal, async (stores) => {
    const log = await stores.log();
    await topicNamed(name, log);
    const partitions = chosenPartitions(name, await log.offsets(name), options.partition);
    requireOnePartition(place, partitions, "--from");
    const declared = (await projectTopics(folderOf(options, terminal))).get(name);
    const records: ShownRecord[] = [];
    for (const at of partitions) {
      const from = await offsetOfPlace(log, place, at);
      for (const record of await pulled(log, at, from, options.max - records.length)) {
        records.push(shown(record, declared, options.values === true));
      }
      if (records.length >= options.max) break;
    }
    if (options.json) terminal.out(jsonText({ topic: name, records }));
    else terminal.out(`${textLines(records, colorsFor(terminal.color).dim).join("\n")}\n`);
    return ExitCode.pass;
  });
}

async function pulled(log: EventLog, at: PartitionOffsets, from: number, max: number): Promise<readonly LogRecord[]> {
  if (from >= at.end) return [];
  const reader = await log.read({ topic: at.topic, partition: at.partition, fromOffset: from });
  const records: LogRecord[] = [];
  try {
    while (records.length < max) {
      const more = await reader.pull({ recordsMax: max - records.length, bytesMax: BYTES_MAX, waitMs: PULL_WAIT_MS });
      records.push(...more);
      const last = more.at(-1);
      if (last === undefined || last.offset + 1 >= at.end) break;
    }
    return records;
  } finally {
    await reader.close();
  }
}

function shown(record: LogRecord, declared: Topic<unknown> | undefined, isOpen: boolean): ShownRecord {
  const { partition, offset, timeMs, appendedAtMs, key, headers, value: bytes } = record;
  const [state, value] = decoded(record, declared);
  const facts = deadLetterFacts(record);
  return {
    ...{ partition, offset, timeMs, appendedAtMs, key: isOpen ? key : digestOf(key) },
    headers: isOpen ? headers : Object.keys(headers).sort(),
    ...{ bytes: bytes.length, state, value: isOpen ? value : shapeOf(value) },
    deadLetter: facts && { reason: facts.reason, detail: facts.detail, owner: facts.owner },
  };
}

function decoded(record: LogRecord, declared: Topic<unknown> | undefined): readonly [state: string, value: unknown] {
  if (declared !== undefined) {
    const read = declared.decode(record);
    if ("value" in read) return ["ok", read.value];
    return [`${read.unreadable.reason}: ${read.unreadable.detail}`, plain(record.value)];
  }
  return [deadLetterFacts(record) === undefined ? "undeclared" : "dead letter", plain(record.value)];
}

/** As JSON where it is JSON, else as text. */
function plain(value: Uint8Array): unknown {
  const text = new TextDecoder().decode(value);
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function textLines(records: readonly ShownRecord[], dim: (text: string) => string): readonly string[] {
  if (records.length === 0) return ["no records"];
  return records.flatMap(({ partition, offset, timeMs, appendedAtMs, key, bytes, state, value, deadLetter }) => [
    dim(
      `${partition}@${offset}  ${timeText(timeMs)}, taken ${timeText(appendedAtMs)}  key ${key}  ${bytes} bytes  ${state}`,
    ),
    ...(deadLetter === undefined
      ? []
      : [`  dead letter of ${deadLetter.owner}: ${deadLetter.reason}: ${deadLetter.detail}`]),
    `  ${typeof value === "string" ? value : JSON.stringify(value)}`,
  ]);
}
