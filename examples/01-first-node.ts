/** Lesson 1: slots, a resource, a node, a graph, a run. Start it with `npx node examples/01-first-node.ts`. */
import { bind, compileGraph, createExecutor, graph, node, resource, slot } from "@tenon/graph-core";
import { z } from "zod";

// A slot is a typed, named value of a run. Readers import this token; exactly one node, or the request, writes it.
const Visitor = slot("visitor", z.object({ name: z.string(), hour: z.int().min(0).max(23) }), { owner: "team-web" });
const Greeting = slot("greeting", z.string(), { owner: "team-words" });

// A resource is something outside that a node may read. The host decides what stands behind it.
const Phrases = resource<{ readonly morning: string; readonly day: string }>()("phrases", {
  owner: "team-words",
  purpose: "how we greet",
});

// A node reads slots and resources and returns slots. It writes nothing, sends nothing and keeps nothing.
const greet = node({
  owner: "team-words",
  purpose: "greets the visitor by the time of day",
  reads: [Visitor],
  writes: [Greeting],
  uses: [Phrases],
  run: ({ visitor }, { uses }) => ({
    greeting: `${visitor.hour < 11 ? uses.phrases.morning : uses.phrases.day}, ${visitor.name}`,
  }),
});

// A graph says which nodes. Their order follows from who reads what; a node's name is its key here.
const welcome = graph({
  name: "welcome",
  owner: "team-web",
  request: [Visitor],
  nodes: { greet },
  respond: [Greeting],
});

// The host checks and compiles the graph once, binds the resources, and runs it as often as it likes.
const executor = createExecutor(compileGraph(welcome), {
  resources: { phrases: bind(Phrases, { value: { morning: "Good morning", day: "Good day" } }) },
});

const visit = (requestId: string, hour: number) =>
  executor.execute({ visitor: { name: "Ada", hour } }, executor.begin({ requestId }));

console.log((await visit("visit-1", 9)).greeting);
console.log((await visit("visit-2", 14)).greeting);

// A wrong request is refused at the edge, with the slot, the path, and what was expected there.
try {
  await visit("visit-3", 25);
} catch (error) {
  const { message, detail } = error as { message: string; detail: string };
  console.log(`${message}\n${detail}`);
}
