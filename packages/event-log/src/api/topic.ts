import type { OwnerName, ZodSchema } from "@tenon/graph-core";
import { compileSchema, type Immutable, readSchema, schemaProblems } from "@tenon/graph-core/internal";
import { badTopic } from "../errors.ts";
import { jsonCodec } from "./codec.ts";
import type { Headers, LogRecord, NewRecord } from "./event-log.ts";
import { jsonProblems } from "./json-form.ts";
import { DEAD_LETTER_SUFFIX, PARTITIONS_MAX, SCHEMA_HEADER, TOPIC_NAME } from "./limits.ts";
import { partitionOf } from "./partition-of.ts";
import type { Decoded } from "./unreadable.ts";

/** A topic as a binding sees it. */
export interface AnyTopic {
  readonly name: string;
  readonly partitions: number;
  /** How long a record stays at least, ms since it was appended. */
  readonly retentionMs: number;
}

/**
 * What is lost with a record decides how it is treated. `control`: budgets, targeting, states of campaigns; never skipped.
 * `event`: what happened; every one counts. `content`: descriptions; a newer one replaces an older one.
 */
export type TopicClass = "control" | "event" | "content";

export interface TopicOptions {
  readonly owner: OwnerName;
  /** One line: what its records tell, and to whom. */
  readonly purpose: string;
  /** Fixed for the topic's life: another number would move keys to other partitions. 1 to 1,024. */
  readonly partitions: number;
  readonly class: TopicClass;
  /** What a reader does with a record that it cannot read. Control data halts. */
  readonly unreadable: "deadLetter" | "halt";
  /** How long records stay at least, ms, at least a minute: longer than a reader may be away. */
  readonly retentionMs: number;
  /**
   * Fingerprints of other forms of the schema that this one can read, for the time in which two releases write the topic and
   * for going back: fields that this form does not know are dropped, all others must fit.
   */
  readonly compatible?: readonly string[];
}

/** A named, owned, typed stream of records. */
export interface Topic<Value> extends AnyTopic {
  readonly kind: "topic";
  readonly schema: ZodSchema;
  readonly owner: string;
  readonly purpose: string;
  readonly class: TopicClass;
  readonly unreadable: "deadLetter" | "halt";
  /** sha-256 (hex) of what the schema says; travels with every record. */
  readonly fingerprint: string;
  readonly compatible: readonly string[];
  /** The value as UTF-8 JSON. @throws GraphError TENON1551 when it does not fit the schema */
  encode(value: Value): Uint8Array;
  /** The value of a record, or why it cannot be read. Never throws. */
  decode(record: Pick<LogRecord, "value" | "headers">): Decoded<Value>;
  /** A record to append: partition by key, fingerprint in its headers. @throws GraphError TENON1551 */
  record(options: RecordOptions<Value>): NewRecord;
}

export interface RecordOptions<Value> {
  readonly key: string;
  /** Event time, ms since 1970. */
  readonly timeMs: number;
  readonly value: Value;
  /** At most 15: one is the fingerprint. */
  readonly headers?: Headers;
}

const RETENTION_MS_MIN = 60_000;

/**
 * Declares a topic. zod is the authoring language; values are checked by code compiled from the schema.
 *
 * @throws GraphError TENON1550 for a declaration that no binding could hold, or control data that would be skipped
 * @example
 * export const AdEvents = topic("ad-events", z.object({ adId: z.int(), action: z.enum(["view", "click"]) }), {
 *   owner: "ads-measurement", purpose: "what users did with ads, for counting and billing",
 *   partitions: 8, class: "event", unreadable: "deadLetter", retentionMs: 7 * 24 * 3_600_000,
 * });
 */
export function topic<const Name extends string, Schema extends ZodSchema>(
  name: Name,
  schema: Schema,
  options: TopicOptions,
): Topic<Immutable<Schema["_zod"]["output"]>> & { readonly name: Name; readonly schema: Schema } {
  type Value = Immutable<Schema["_zod"]["output"]>;
  const { compatible = [], ...facts } = options;
  refuseWrongTopic(name, schema, options);
  const compiled = compileSchema(schema);
  const codec = jsonCodec<Value>({ name, owner: facts.owner, shape: readSchema(schema).shape, compiled, compatible });
  return Object.freeze({
    ...facts,
    kind: "topic",
    name,
    schema,
    compatible: Object.freeze([...compatible]),
    fingerprint: compiled.fingerprint,
    ...codec,
    record: ({ key, timeMs, value, headers = {} }: RecordOptions<Value>): NewRecord => ({
      topic: name,
      partition: partitionOf(key, facts.partitions),
      key,
      timeMs,
      headers: { ...headers, [SCHEMA_HEADER]: compiled.fingerprint },
      value: codec.encode(value),
    }),
  } as const);
}

/** The topic that takes what could not be read of another: same partitions, so that order per key stays. */
export function deadLetterTopicOf({ name, partitions, retentionMs }: AnyTopic): AnyTopic {
  return { name: `${name}${DEAD_LETTER_SUFFIX}`, partitions, retentionMs };
}

function refuseWrongTopic(name: string, schema: unknown, options: TopicOptions): void {
  const { owner, partitions, retentionMs } = options;
  const refuse = (problem: string, hint: string): never => {
    throw badTopic(name, owner, problem, hint);
  };
  if (!TOPIC_NAME.test(name) || name.endsWith(DEAD_LETTER_SUFFIX))
    refuse(
      `has a name that is not ${TOPIC_NAME.source}`,
      `also, "${DEAD_LETTER_SUFFIX}" is the ending of dead-letter topics`,
    );
  if (!Number.isSafeInteger(partitions) || partitions < 1 || partitions > PARTITIONS_MAX)
    refuse(`has ${partitions} partitions`, `choose 1 to ${PARTITIONS_MAX}; more partitions are more readers at once`);
  if (!Number.isSafeInteger(retentionMs) || retentionMs < RETENTION_MS_MIN)
    refuse(
      `keeps records for ${retentionMs} ms`,
      `keep them at least ${RETENTION_MS_MIN} ms, and as long as a reader may be away`,
    );
  if (options.class === "control" && options.unreadable !== "halt")
    refuse("is control data and would skip records", 'declare unreadable: "halt"');
  if (options.purpose.trim() === "") refuse("has no purpose", "say in one line what its records tell");
  const [outside] = schemaProblems(schema);
  if (outside !== undefined)
    refuse(`has a schema that cannot be compiled at "${outside.path}": ${outside.found}`, outside.hint);
  const [problem] = jsonProblems(readSchema(schema).shape);
  if (problem !== undefined)
    refuse(
      `has a schema that JSON cannot say at "${problem.path}": it ${problem.problem}`,
      "use numbers, text, lists and objects",
    );
}
