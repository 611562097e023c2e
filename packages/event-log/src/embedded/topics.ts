import type { Database } from "@tenon/postgres";
import type { TopicFacts, TopicPartition } from "../api/event-log.ts";
import type { AnyTopic } from "../api/topic.ts";
import { partitionsDiffer, unknownPartition } from "../errors.ts";
import type { PartitionRef } from "./segments.ts";
import { createTopicTables } from "./tables.ts";

export interface KnownTopic {
  readonly id: number;
  readonly partitions: number;
}

interface TopicRow {
  readonly id: number;
  readonly name: string;
  readonly partitions: number;
}

/** Serialises the making of topics; the number only has to be ours. */
const LOCK_KEY = 7_403_211_510;

/** Topics as rows. What is known stays true: topics are neither changed nor removed. */
export class Topics {
  readonly #database: Database;
  readonly #known = new Map<string, Promise<KnownTopic>>();

  constructor(database: Database) {
    this.#database = database;
  }

  /** @throws GraphError TENON1552 */
  async create({ name, partitions, retentionMs }: AnyTopic): Promise<void> {
    await this.#database.transaction(async (tx) => {
      await tx.query("select pg_advisory_xact_lock($1)", [LOCK_KEY]);
      const [found] = await tx.query<TopicRow>("select id, name, partitions from tenon_log_topic where name = $1", [
        name,
      ]);
      if (found !== undefined && found.partitions !== partitions)
        throw partitionsDiffer(name, partitions, found.partitions);
      if (found !== undefined) {
        await tx.execute("update tenon_log_topic set retention_ms = $2 where id = $1", [found.id, retentionMs]);
        return;
      }
      const [made] = await tx.query<{ id: number }>(
        "insert into tenon_log_topic (name, partitions, retention_ms) values ($1, $2, $3) returning id",
        [name, partitions, retentionMs],
      );
      const id = (made as { id: number }).id;
      for (const text of createTopicTables(id, partitions)) await tx.query(text);
      await tx.execute("insert into tenon_log_partition (topic_id, partition) select $1, generate_series(0, $2 - 1)", [
        id,
        partitions,
      ]);
    });
  }

  /** Calls that ask at once are answered in their order. @throws GraphError TENON1553 */
  find(topic: string): Promise<KnownTopic> {
    const known = this.#known.get(topic) ?? this.#ask(topic);
    this.#known.set(topic, known);
    return known;
  }

  async #ask(topic: string): Promise<KnownTopic> {
    try {
      const [row] = await this.#database.query<TopicRow>(
        "select id, name, partitions from tenon_log_topic where name = $1",
        [topic],
      );
      if (row === undefined) throw unknownPartition({ topic });
      return { id: row.id, partitions: row.partitions };
    } catch (error) {
      // It may be made in a moment, or the server come back.
      this.#known.delete(topic);
      throw error;
    }
  }

  /** @throws GraphError TENON1553 */
  async place(at: TopicPartition): Promise<PartitionRef> {
    const { id, partitions } = await this.find(at.topic);
    if (!Number.isSafeInteger(at.partition) || at.partition < 0 || at.partition >= partitions)
      throw unknownPartition(at);
    return { topicId: id, partition: at.partition };
  }

  async list(): Promise<readonly TopicFacts[]> {
    const rows = await this.#database.query<TopicRow>("select id, name, partitions from tenon_log_topic order by name");
    return rows.map(({ name, partitions }) => ({ topic: name, partitions }));
  }
}
