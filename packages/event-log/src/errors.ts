/** All errors of the log, so that the words of one kind of mistake stand in one place. */
import { GraphError } from "@tenon/graph-core";
import type { TopicPartition } from "./api/event-log.ts";

export function badTopic(name: string, owner: string, problem: string, hint: string): GraphError {
  return new GraphError(`topic "${name}" ${problem}`, { code: "TENON1550", category: "definition", owner, hint });
}

export function valueDoesNotFit(
  topic: string,
  owner: string,
  path: string,
  expected: string,
  found: string,
): GraphError {
  return new GraphError(`a value for topic "${topic}" does not fit its schema${path === "" ? "" : ` at "${path}"`}`, {
    code: "TENON1551",
    category: "node",
    owner,
    detail: `expected ${expected}, found ${found}`,
    hint: "the producer writes something else than it declared; readers would set the record aside",
  });
}

export function partitionsDiffer(topic: string, wanted: number, found: number): GraphError {
  return new GraphError(`topic "${topic}" exists with ${found} partitions, not ${wanted}`, {
    code: "TENON1552",
    category: "resource",
    detail: `expected ${wanted} partitions, found ${found}`,
    hint: "records of a key would move to another partition and lose their order: make a new topic and move over",
  });
}

export function unknownPartition({ topic, partition }: { topic: string; partition?: number }): GraphError {
  const what = partition === undefined ? `topic "${topic}"` : `partition ${partition} of topic "${topic}"`;
  return new GraphError(`the log has no ${what}`, {
    code: "TENON1553",
    category: "input",
    hint: "make the topic with createTopics, or check the spelling",
  });
}

export function badRecord(
  { topic, partition }: TopicPartition,
  problem: string,
  expected: string,
  found: string,
): GraphError {
  return new GraphError(`a record for ${topic}/${partition} ${problem}`, {
    code: "TENON1554",
    category: "input",
    detail: `expected ${expected}, found ${found}`,
    hint: "nothing of this call was appended",
  });
}

export function trimmed({ topic, partition }: TopicPartition, offset: number, earliest: number): GraphError {
  return new GraphError(`offset ${offset} of ${topic}/${partition} is gone: the log begins at ${earliest}`, {
    code: "TENON1555",
    category: "resource",
    detail: `expected an offset from ${earliest}, found ${offset}`,
    hint: "retention was shorter than the reader's absence: restore from a snapshot, or decide by hand what the gap means",
  });
}

export function notAssigned({ topic, partition }: TopicPartition, member: string): GraphError {
  return new GraphError(`${topic}/${partition} is not assigned to member "${member}"`, {
    code: "TENON1556",
    category: "resource",
    hint: "stop working on it: another member may own it already",
  });
}

export function beyondEnd({ topic, partition }: TopicPartition, offset: number, end: number): GraphError {
  return new GraphError(`offset ${offset} of ${topic}/${partition} lies beyond the end ${end}`, {
    code: "TENON1557",
    category: "resource",
    detail: `expected an offset up to ${end}, found ${offset}`,
    hint: "the log lost records that were read from it, or it is another log: do not go on before you know which",
  });
}

export function closed(what: string): GraphError {
  return new GraphError(`${what} is closed`, {
    code: "TENON1558",
    category: "input",
    hint: "open it again; what was appended is still there",
  });
}

export function appendFailed({ topic, partition }: TopicPartition, records: number, cause: unknown): GraphError {
  return new GraphError(`appending ${records} records to ${topic}/${partition} failed`, {
    code: "TENON1559",
    category: "resource",
    detail: "the records may or may not be in the log; those of this call that are, are its first ones",
    hint: "append the same records again: readers drop what they have seen by its id",
    cause,
  });
}

export function tooManyAppends({ topic, partition }: TopicPartition, max: number): GraphError {
  return new GraphError(`${max} appends to ${topic}/${partition} are waiting`, {
    code: "TENON1560",
    category: "resource",
    hint: "the log is slower than its producers: wait for an append before the next, or shed load",
  });
}

export function badOption(what: string, expected: string, found: unknown): GraphError {
  return new GraphError(`${what} is out of range`, {
    code: "TENON1561",
    category: "input",
    detail: `expected ${expected}, found ${String(found)}`,
    hint: "see the option's description for its bounds",
  });
}

export function membershipLost(group: string, member: string, cause: unknown): GraphError {
  return new GraphError(`member "${member}" cannot stay in group "${group}"`, {
    code: "TENON1562",
    category: "resource",
    hint: "the member has given up its partitions: end the process, or join again",
    cause,
  });
}

export function logUnreachable(what: string, cause: unknown): GraphError {
  return new GraphError(`the log cannot be reached: ${what}`, {
    code: "TENON1563",
    category: "resource",
    hint: "check that it runs and that its address is right",
    cause,
  });
}

export function clientMissing(client: string, problem: string, cause: unknown): GraphError {
  return new GraphError(`Kafka client "${client}" ${problem}`, {
    code: "TENON1564",
    category: "definition",
    hint: "install the version that @tenon/event-log names as its peer dependency",
    cause,
  });
}

export function unreadableHalts(at: TopicPartition & { offset: number }, owner: string, detail: string): GraphError {
  return new GraphError(`record ${at.topic}/${at.partition}@${at.offset} cannot be read, and its topic halts on that`, {
    code: "TENON1565",
    category: "resource",
    owner,
    detail,
    hint: "control data is never skipped: mend the producer, then append a readable record or move the reader by hand",
  });
}

export function batchUnreadable(
  { topic, partition, offset }: TopicPartition & { readonly offset: number },
  expected: string,
  found: string,
): GraphError {
  return new GraphError(`the batch at offset ${offset} of ${topic}/${partition} cannot be read`, {
    code: "TENON1566",
    category: "resource",
    detail: `expected ${expected}, found ${found}`,
    hint: "nothing of it was given out: find out who wrote it or what damaged it, then move the reader by hand",
  });
}

export function accessRefused(brokers: readonly string[], refusal: "credentials" | "certificate"): GraphError {
  const said =
    refusal === "credentials"
      ? "the brokers do not take its user, password or mechanism"
      : "it does not trust the brokers' certificate, or they do not speak TLS";
  return new GraphError(`the Kafka client cannot get in at ${brokers.join(",")}`, {
    code: "TENON1567",
    category: "input",
    detail: said,
    hint: "correct tls and sasl of openKafkaLog, or the listener in brokers; the client's own words are left out for they may hold secrets",
  });
}
