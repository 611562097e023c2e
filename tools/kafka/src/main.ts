/** `npm run kafka:up [-- --nodes 3 --version 3.9.2 --port 9092]`, `npm run kafka:down`. */
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { KAFKA_VERSIONS } from "./folders.ts";
import { startKafka } from "./start-kafka.ts";
import { readUpFile, removeUpFile, runningPids, writeUpFile } from "./up-file.ts";

const DOWN_MS_MAX = 15_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { nodes: { type: "string" }, version: { type: "string" }, port: { type: "string" } },
});

async function up(): Promise<void> {
  const before = readUpFile();
  if (before !== undefined && runningPids(before).length > 0) {
    console.log(`Kafka ${before.version} runs already: ${before.brokers.join(",")}`);
    return;
  }
  const { version = KAFKA_VERSIONS[0] as string, nodes = "1", port = "9092" } = values;
  if (nodes !== "1" && nodes !== "3") throw new Error(`--nodes is 1 or 3, not ${nodes}`);
  console.log(`starting Kafka ${version} with ${nodes === "1" ? "one node" : "three nodes"} …`);
  const started = await startKafka({
    version,
    nodes: nodes === "3" ? 3 : 1,
    name: "up",
    port: Number(port),
    detached: true,
  });
  const { brokers, pids, folder } = started;
  writeUpFile({ version, brokers, pids, folder });
  console.log(`ready after ${(started.readyMs / 1_000).toFixed(1)} s: a record was written and read back`);
  console.log(`brokers ${brokers.join(",")}\nlogs    ${folder}/node-*/server.log\nend it  npm run kafka:down`);
}

async function down(): Promise<void> {
  const file = readUpFile();
  if (file === undefined) return console.log("no Kafka was started by kafka:up");
  for (const pid of runningPids(file)) process.kill(pid, "SIGTERM");
  for (let waitedMs = 0; runningPids(file).length > 0; waitedMs += 200) {
    if (waitedMs > DOWN_MS_MAX) for (const pid of runningPids(file)) process.kill(pid, "SIGKILL");
    await sleep(200);
  }
  removeUpFile();
  console.log("Kafka has ended; its data and logs stay until the next kafka:up");
}

const [command] = positionals;
if (command === "up") await up();
else if (command === "down") await down();
else {
  console.error("usage: npm run kafka:up [-- --nodes 3 --version 3.9.2 --port 9092] | npm run kafka:down");
  process.exitCode = 2;
}
// Detached servers keep no handle, but a client's socket may linger.
process.exit();
