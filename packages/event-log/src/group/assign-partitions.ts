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
  const topics = [...new Set(partitions.map(({ topic }) => topic))].sort();
  const load = (id: string): number => assigned.get(id)?.length ?? 0;
  for (const topic of topics) {
    const readers = members.filter((member) => member.topics.has(topic));
    if (readers.length === 0) continue;
    const own = partitions.filter((each) => each.topic === topic).sort((a, b) => a.partition - b.partition);
    const before = new Map(readers.map(({ id }) => [id, load(id)]));
    const quota = Math.floor(own.length / readers.length);
    let extras = own.length - quota * readers.length;
    for (const each of own) {
      const taken = ({ id }: Candidate): number => load(id) - (before.get(id) as number);
      const open = readers.filter((reader) => taken(reader) < quota + (extras > 0 ? 1 : 0));
      // Who already has more from other topics takes an extra one last.
      const fewest = Math.min(
        ...open.filter((reader) => taken(reader) >= quota).map(({ id }) => before.get(id) as number),
      );
      const fair = open.filter((reader) => taken(reader) < quota || (before.get(reader.id) as number) === fewest);
      const winner = fair.reduce((best, reader) => (weight(reader, each) > weight(best, each) ? reader : best));
      if (taken(winner) >= quota) extras--;
      assigned.get(winner.id)?.push(each);
    }
  }
  return assigned;
}

/** The id breaks ties of two members of one name. */
function weight({ name, id }: Candidate, { topic, partition }: TopicPartition): number {
  const named = murmur2(Buffer.from(`${name}/${topic}/${partition}`)) >>> 0;
  return named + (murmur2(Buffer.from(id)) >>> 0) / 2 ** 33;
}
