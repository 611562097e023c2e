import { ExitCode } from "../../exit-code.ts";
import { colorsFor } from "../../output/colors.ts";
import { jsonText } from "../../output/json.ts";
import { tableLines } from "../../output/table.ts";
import { topicNamed } from "../../stores/named.ts";
import { type StoreOptions, withStores } from "../../stores/open-stores.ts";
import { timeText } from "../../stores/words.ts";
import type { Terminal } from "../../terminal.ts";

interface ListedPartition {
  readonly partition: number;
  readonly earliest: number;
  readonly end: number;
  readonly newestTimeMs: number | undefined;
}

interface ListedTopic {
  readonly topic: string;
  /** Offsets between begin and end: on Kafka some of them may hold no record. */
  readonly records: number;
  readonly newestTimeMs: number | undefined;
  readonly partitions: readonly ListedPartition[];
}

const RIGHT = { align: "right" } as const;

/** `tenon log topics [topic]`: with a name, its partitions. */
export function logTopics(name: string | undefined, options: StoreOptions, terminal: Terminal): Promise<ExitCode> {
  return withStores(options, terminal, async (stores) => {
    const log = await stores.log();
    const facts = name === undefined ? await log.topics() : [await topicNamed(name, log)];
    const topics: ListedTopic[] = [];
    for (const { topic } of facts) topics.push(listedTopic(topic, await log.offsets(topic)));
    topics.sort((one, other) => (one.topic < other.topic ? -1 : 1));
    if (options.json) terminal.out(jsonText({ binding: log.binding, topics }));
    else terminal.out(`${textLines(topics, name !== undefined, colorsFor(terminal.color).dim).join("\n")}\n`);
    return ExitCode.pass;
  });
}

function listedTopic(topic: string, offsets: readonly ListedPartition[]): ListedTopic {
  const partitions = offsets.map(({ partition, earliest, end, newestTimeMs }) => ({
    ...{ partition, earliest, end, newestTimeMs },
  }));
  const times = partitions.flatMap(({ newestTimeMs }) => newestTimeMs ?? []);
  const records = partitions.reduce((sum, { earliest, end }) => sum + end - earliest, 0);
  return { topic, records, newestTimeMs: times.length === 0 ? undefined : Math.max(...times), partitions };
}

function textLines(topics: readonly ListedTopic[], isOne: boolean, head: (line: string) => string): readonly string[] {
  if (topics.length === 0) return ["no topics"];
  if (!isOne) {
    const columns = [
      { title: "topic" },
      { title: "partitions", ...RIGHT },
      { title: "records", ...RIGHT },
      { title: "newest" },
    ];
    const rows = topics.map(({ topic, partitions, records, newestTimeMs }) => [
      ...[topic, String(partitions.length), String(records), timeText(newestTimeMs)],
    ]);
    return tableLines(columns, rows, { head });
  }
  const titles = ["partition", "earliest", "end", "records"].map((title) => ({ title, ...RIGHT }));
  return topics.flatMap(({ partitions }) =>
    tableLines(
      [...titles, { title: "newest" }],
      partitions.map(({ partition, earliest, end, newestTimeMs }) => [
        ...[partition, earliest, end, end - earliest].map(String),
        timeText(newestTimeMs),
      ]),
      { head },
    ),
  );
}
