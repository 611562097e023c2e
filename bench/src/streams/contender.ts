/**
 * One contender over Kafka in a process of its own: `runtime` or `loop`, the brokers, an empty database and the number of
 * events. Prints "starting" before the first record is read and "done" with its sums once all are committed, as the peer does.
 */
import { deadLetterTopicOf } from "@tenon/event-log/api";
import { openKafkaLog } from "@tenon/event-log/kafka";
import { openDatabase } from "@tenon/postgres";
import { openBare } from "./bare-loop.ts";
import { LateSpend, SpendEvents, SpendResults } from "./job.ts";
import { openRuntime, storedSums, untilCounted } from "./runtime.ts";

/** As large as the runtime's largest batch of this lane. */
const BARE_BATCH = 20_000;

const [kind, brokers = "", url = "", events = "0"] = process.argv.slice(2);

async function main(): Promise<void> {
  const log = await openKafkaLog({ brokers: brokers.split(","), client: "kafkajs" });
  await log.createTopics([SpendResults, LateSpend, deadLetterTopicOf(SpendEvents)]);
  const runtime = await openRuntime({ log, url });
  let stop = () => Promise.resolve();
  if (kind === "runtime") {
    process.stdout.write("starting\n");
    const running = await runtime.start();
    await untilCounted(running, Number(events));
    stop = () => running.stop();
  } else {
    const bare = await openBare({ log, url, batch: BARE_BATCH });
    const ends = (await log.offsets(SpendEvents.name)).map(({ end }) => end);
    process.stdout.write("starting\n");
    await bare.run(ends);
    stop = () => bare.close();
  }
  const database = await openDatabase({ url, connectionsMax: 1 });
  process.stdout.write(`done ${JSON.stringify(await storedSums(database))}\n`);
  await new Promise<void>((resolve) => process.stdin.once("data", () => resolve()));
  await stop();
  await Promise.all([database.close(), runtime.close(), log.close()]);
  process.exit();
}

await main();
