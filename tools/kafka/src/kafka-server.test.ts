import { expect, test } from "vitest";
import { settingsOf } from "./settings.ts";
import { runningPids } from "./up-file.ts";

const nodes = [1, 2, 3].map((id) => ({
  id,
  brokerPort: 9_090 + id,
  controllerPort: 10_090 + id,
  folder: `/logs/node-${id}`,
}));
const [first] = nodes as [(typeof nodes)[0]];

function settings(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    text
      .trim()
      .split("\n")
      .map((line) => line.split(/=(.*)/s).slice(0, 2)),
  );
}

test("one node keeps one copy and elects itself; three keep three, take a write with two, and vote", () => {
  expect(settings(settingsOf(first, [first]))).toMatchObject({
    "controller.quorum.bootstrap.servers": "127.0.0.1:10091",
    "default.replication.factor": "1",
    "min.insync.replicas": "1",
  });
  expect(settings(settingsOf(first, nodes))).toMatchObject({
    "controller.quorum.voters": "1@127.0.0.1:10091,2@127.0.0.1:10092,3@127.0.0.1:10093",
    "default.replication.factor": "3",
    "min.insync.replicas": "2",
    "log.dirs": "/logs/node-1/data",
  });
});

test("topics are not made by a misspelt name, and listeners stay on this machine", () => {
  const all = settings(settingsOf(first, [first]));
  expect(all["auto.create.topics.enable"]).toBe("false");
  expect(all.listeners).toBe("PLAINTEXT://127.0.0.1:9091,CONTROLLER://127.0.0.1:10091");
});

test("kafka:down finds its own servers only: a process id may be somebody else's by now", () => {
  const up = { version: "4.3.0", brokers: [], pids: [process.pid], folder: "/logs" };
  expect(runningPids(up)).toEqual([]);
});
