import { expect, test } from "vitest";
import { A, B, base, open } from "../../test/support/small-graphs.ts";
import { GraphError, graph, node } from "../index.ts";
import { messageOf } from "./error-text.ts";

test("a message tells the chain of causes, once each, and no more than that", () => {
  const refused = Object.assign(new AggregateError([new Error("connect ECONNREFUSED ::1:5432")], ""), {
    code: "ECONNREFUSED",
  });
  expect(messageOf(refused)).toBe("AggregateError ECONNREFUSED; caused by: connect ECONNREFUSED ::1:5432");
  expect(messageOf(new TypeError("fetch failed", { cause: new Error("socket hang up") }))).toBe(
    "fetch failed; caused by: socket hang up",
  );
  const circle = new Error("circle");
  circle.cause = circle;
  expect(messageOf(circle)).toBe("circle");
  expect(messageOf(new Error("query: no rows", { cause: new Error("no rows") }))).toBe("query: no rows");
  expect(messageOf({ message: "from another realm" })).toBe("from another realm");
  expect(messageOf("text")).toBe("thrown string: text");
  expect(messageOf(new Error("x".repeat(100_000))).length).toBeLessThan(600);
  const hostile = Object.defineProperty(new Error("no"), "message", {
    get: () => {
      throw new Error("trap");
    },
  });
  expect(messageOf(hostile)).toBe("thrown object that has no text");
});

test("an error written as JSON has every fact and no value of the request", () => {
  const secret = { user: "u-1", socket: {} as Record<string, unknown> };
  secret.socket["parser"] = secret;
  const only = node({
    ...base,
    reads: [A],
    writes: [B],
    run: (): { b: number } => {
      throw Object.assign(new TypeError("no model", { cause: new Error("not loaded") }), { secret });
    },
  });
  const { run } = open(graph({ name: "json", owner: "team-a", request: [A], nodes: { only }, respond: [B] }));
  let error: unknown;
  try {
    run({ a: 1 });
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(GraphError);
  expect(JSON.parse(JSON.stringify(error))).toMatchObject({
    code: "TENON1201",
    message: 'TENON1201 node "only" (owner team-a) of graph "json" failed: no model; caused by: not loaded',
    graph: "json",
    node: "only",
    causes: ["TypeError: no model", "Error: not loaded"],
  });
  expect(JSON.stringify(error)).not.toContain("u-1");
});

test("a failure inside a graph that a node runs names the node outside, with the inner failure as its cause", () => {
  const broken = node({
    ...base,
    reads: [A],
    writes: [B],
    run: (): { b: number } => {
      throw new Error("deep");
    },
  });
  const inner = open(graph({ name: "inner", owner: "team-a", request: [A], nodes: { broken }, respond: [B] }));
  const outer = node({ ...base, reads: [A], writes: [B], run: ({ a }) => inner.run({ a }).result as { b: number } });
  const { run } = open(graph({ name: "outer", owner: "team-b", request: [A], nodes: { outer }, respond: [B] }));
  expect(() => run({ a: 1 })).toThrow(
    expect.objectContaining({ node: "outer", graph: "outer", cause: expect.objectContaining({ node: "broken" }) }),
  );
});
