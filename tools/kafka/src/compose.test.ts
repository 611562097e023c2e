/** compose.yaml is run by people with Docker, not by tests: what it says is held against the settings that tests use. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { KAFKA_VERSIONS } from "./folders.ts";
import { settingsOf } from "./settings.ts";

interface Compose {
  readonly services: {
    readonly kafka: {
      readonly image: string;
      readonly ports: readonly string[];
      readonly environment: Readonly<Record<string, string | number>>;
      readonly healthcheck: { readonly test: readonly string[] };
    };
  };
}

const { kafka } = (parse(readFileSync(resolve(import.meta.dirname, "../compose.yaml"), "utf8")) as Compose).services;
const [PREFIX, PORT] = ["KAFKA_", 9_092];

/** As the image turns its environment into server.properties: KAFKA_A_B is a.b. */
const composed = new Map(
  Object.entries(kafka.environment).map(([name, value]) => [
    name.slice(PREFIX.length).toLowerCase().replaceAll("_", "."),
    String(value),
  ]),
);

const place = { id: 1, brokerPort: PORT, controllerPort: 9_093, folder: "/logs" };
const started = new Map(
  settingsOf(place, [place])
    .trim()
    .split("\n")
    .map((line) => line.split(/=(.*)/s).slice(0, 2) as [string, string]),
);

/** Where a container differs from a process beside its clients, and why. */
const OWN: Readonly<Record<string, string>> = {
  // It listens to what Docker forwards, and tells clients the address outside.
  listeners: "PLAINTEXT://0.0.0.0:9092,CONTROLLER://localhost:9093",
  "advertised.listeners": "PLAINTEXT://127.0.0.1:9092",
};
/** Settings of the tests that a container does not need: it finds its controller by voters and has its own folder. */
const NOT_COMPOSED = ["controller.quorum.bootstrap.servers", "log.dirs"];

test("a container has every setting that tests start Kafka with, and no other", () => {
  const wanted = new Map([...started].filter(([name]) => !NOT_COMPOSED.includes(name)));
  for (const [name, value] of Object.entries(OWN)) wanted.set(name, value);
  // One node votes for itself, whatever it is asked.
  wanted.set("controller.quorum.voters", "1@localhost:9093");
  expect(Object.fromEntries([...composed].toSorted())).toEqual(Object.fromEntries([...wanted].toSorted()));
});

test("a container runs the version that tests run first, and only this machine reaches it", () => {
  expect(kafka.image).toBe(`apache/kafka:${KAFKA_VERSIONS[0]}`);
  expect(kafka.ports).toEqual([`127.0.0.1:${PORT}:${PORT}`]);
  expect(kafka.healthcheck.test.join(" ")).toContain(`--bootstrap-server 127.0.0.1:${PORT}`);
});
