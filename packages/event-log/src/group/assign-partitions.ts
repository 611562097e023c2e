import type { TopicPartition } from "../api/event-log.ts";
import { murmur2 } from "../api/partition-of.ts";

/** A member and the topics it reads. `name` decides who gets what: a member that comes back under it gets the same. */
export interface Candidate {
  readonly id: string;
  readonly name: string;
  readonly topics: ReadonlySet<string>;
}

/**
 * Who owns which partition: every partition one owner, loads differ by one at most among members with the same topics, and
 * a member that comes or goes moves few partitions (rendezvous hashing with a quota). A function of its arguments: every
 * member computes the same, in whatever order they are listed.
 *
 * @returns member id → its partitions, in order of topic and partition; members without any are there too
 */
export function assignPartitions(
  members: readonly Candidate[],
  partitions: readonly TopicPartition[],
): ReadonlyMap<string, readonly TopicPartition[]> {
  const assigned = new Map(members.map((member) => [member.id, [] as TopicPartition[]]));
  const load = ({ id }: Candidate): number => assigned.get(id)?.length ?? 0;
  for (const topic of [...new Set(partitions.map((each) => each.topic))].sort()) {
    const readers = members.filter((member) => member.topics.has(topic));
    if (readers.length === 0) continue;
    const own = partitions.filter((each) => each.topic === topic).sort((a, b) => a.partition - b.partition);
    const share = Math.floor(own.length / readers.length);
    // Those with least from other topics take one more.
    const byLoad = readers.toSorted((a, b) => load(a) - load(b) || weight(b, topic) - weight(a, topic));
    const room = new Map(byLoad.map(({ id }, at) => [id, share + (at < own.length % readers.length ? 1 : 0)]));
    for (const each of own) {
      const open = readers.filter(({ id }) => (room.get(id) as number) > 0);
      const text = `${topic}/${each.partition}`;
      const winner = open.reduce((best, reader) => (weight(reader, text) > weight(best, text) ? reader : best));
      room.set(winner.id, (room.get(winner.id) as number) - 1);
      assigned.get(winner.id)?.push(each);
    }
  }
  return assigned;
}

/** The id breaks ties of two members of one name. */
function weight({ name, id }: Candidate, text: string): number {
  return (murmur2(Buffer.from(`${name}/${text}`)) >>> 0) + (murmur2(Buffer.from(id)) >>> 0) / 2 ** 33;
}
