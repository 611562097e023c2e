import { unreadableHalts } from "../errors.ts";
import type { Headers, LogRecord, NewRecord } from "./event-log.ts";
import { DEAD_LETTER_SUFFIX, HEADERS_CHARACTERS_MAX, HEADERS_MAX } from "./limits.ts";
import type { Topic } from "./topic.ts";
import type { Unreadable } from "./unreadable.ts";

/** What a dead letter says beside the original bytes. */
export interface DeadLetterFacts {
  readonly reason: string;
  readonly detail: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** Who declared the topic, and so who mends it. */
  readonly owner: string;
  readonly appendedAtMs: number;
  /** Original headers that found no room. */
  readonly headersDropped: number;
}

/** Header with the {@link DeadLetterFacts} as JSON. */
export const DEAD_LETTER_HEADER = "tenon-dead-letter";

const DETAIL_CHARACTERS_MAX = 500;
/** Room for the facts in the bound of all headers; the rest is the original's. */
const FACTS_CHARACTERS_MAX = 2_048;

/**
 * The record that keeps an unreadable one: same key, time, partition, bytes and headers, and why. A function of its
 * arguments: a reader that is killed and reads again writes the same dead letter. Append it before the offset is committed.
 */
export function deadLetterOf(
  topic: Pick<Topic<unknown>, "owner">,
  record: LogRecord,
  { reason, detail }: Unreadable,
): NewRecord {
  const { topic: source, partition, offset, key, timeMs, value, appendedAtMs } = record;
  const [headers, headersDropped] = fitting(record.headers);
  const facts: DeadLetterFacts = {
    reason,
    detail: detail.slice(0, DETAIL_CHARACTERS_MAX),
    ...{ topic: source, partition, offset, owner: topic.owner, appendedAtMs, headersDropped },
  };
  return {
    topic: `${source}${DEAD_LETTER_SUFFIX}`,
    partition,
    key,
    timeMs,
    headers: { ...headers, [DEAD_LETTER_HEADER]: JSON.stringify(facts) },
    value,
  };
}

/** The facts of a dead letter, or `undefined` for any other record. */
export function deadLetterFacts(record: Pick<LogRecord, "headers">): DeadLetterFacts | undefined {
  const text = record.headers[DEAD_LETTER_HEADER];
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as DeadLetterFacts;
  } catch {
    return undefined;
  }
}

/**
 * What to do with a record that could not be read, by its topic's declared policy: the dead letter to append, or an error to
 * stop with.
 *
 * @throws GraphError TENON1565 when the topic halts on unreadable records
 */
export function onUnreadable(
  topic: Pick<Topic<unknown>, "owner" | "unreadable">,
  record: LogRecord,
  why: Unreadable,
): NewRecord {
  if (topic.unreadable === "halt") throw unreadableHalts(record, topic.owner, `${why.reason}: ${why.detail}`);
  return deadLetterOf(topic, record, why);
}

/** The first headers in name order that leave room for the facts: other producers have other bounds. */
function fitting(headers: Headers): readonly [headers: Headers, dropped: number] {
  const kept: Record<string, string> = {};
  const names = Object.keys(headers).sort();
  let room = HEADERS_CHARACTERS_MAX - FACTS_CHARACTERS_MAX;
  let count = 0;
  for (const name of names) {
    const text = headers[name] as string;
    room -= name.length + text.length;
    if (room < 0 || count >= HEADERS_MAX - 1) break;
    kept[name] = text;
    count++;
  }
  return [kept, names.length - count];
}
