/** The way of an update, read off the tasks: from its topic through every task and lane to those that write rows. */
import type { AnyTopic } from "@tenon/event-log/api";
import type { Task } from "@tenon/stream-runtime";
import type { Actor } from "./lineage.ts";

export type Route = readonly (readonly Actor[])[];

/** Topics and tasks by turns. Empty when no task reads the topic. */
export function routeFrom(topic: Task["source"], tasks: readonly Task[]): Route {
  const steps: (readonly Actor[])[] = [];
  let topics: readonly Task["source"][] = [topic];
  const seen = new Set<string>();
  while (topics.length > 0) {
    const reading = tasks.filter(({ source }) => topics.some(({ name }) => name === source.name));
    if (reading.length === 0) break;
    // Side outputs, such as what was rejected, lead to no task that writes.
    const led = topics.filter(({ name }) => reading.some(({ source }) => source.name === name));
    steps.push(led.map(actorOf("topic")), reading.map(actorOf("task")));
    for (const { name } of led) seen.add(name);
    topics = reading.flatMap(({ sinks }) => Object.values(sinks)).filter(({ name }) => !seen.has(name));
  }
  return steps;
}

const actorOf =
  (kind: Actor["kind"]) =>
  ({ name, owner }: Pick<AnyTopic, "name"> & { readonly owner: string }): Actor => ({ kind, name, owner });
