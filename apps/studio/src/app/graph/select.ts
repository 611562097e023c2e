/**
 * The selection language. Words are joined by "and"; a word with `-` before it excludes.
 *
 * - `owner:ads-ranking`  nodes of an owner, by part of its name
 * - `reads:slot`, `writes:slot`, `uses:resource`, `kind:filter`
 * - `p99>5ms`, `self>1ms`, `wait>1ms`, `drops>10%`: of what is shown
 * - `+rank`, `rank+`, `+rank+`: with all that stands before, after, both
 * - `changed`: nodes that differ from the compared graph or run;  `affected` by them, of a report;  `critical`;  `failed`;  `logged`
 * - anything else: part of the name or purpose
 */
import type { GraphDocument, GraphNode } from "../../data/graph-document.ts";

export interface Facts {
  readonly selfMs?: number | undefined;
  readonly p99Ms?: number | undefined;
  readonly waitMs?: number | undefined;
  readonly dropShare?: number | undefined;
  readonly critical?: boolean;
  readonly failed?: boolean;
  readonly changed?: boolean;
  readonly affected?: boolean;
}

/** Names of the nodes that are meant; undefined where nothing is asked. */
export function select(
  graph: GraphDocument,
  query: string,
  factsOf: (node: string) => Facts,
): ReadonlySet<string> | undefined {
  const words = query
    .trim()
    .split(/\s+/)
    .filter((word) => word !== "" && word !== "and");
  if (words.length === 0) return undefined;
  let chosen = new Set(graph.nodes.map(({ name }) => name));
  for (const word of words) {
    const without = word.startsWith("-") && word.length > 1;
    const meant = meantBy(graph, without ? word.slice(1) : word, factsOf);
    chosen = new Set([...chosen].filter((name) => meant.has(name) !== without));
  }
  return chosen;
}

function meantBy(graph: GraphDocument, word: string, factsOf: (node: string) => Facts): ReadonlySet<string> {
  const around = /^(\+?)([^+]+)(\+?)$/.exec(word);
  if (around !== null && (around[1] !== "" || around[3] !== "")) {
    const core = meantBy(graph, around[2] as string, factsOf);
    const before = around[1] === "" ? [] : reached(graph, core, "before");
    const after = around[3] === "" ? [] : reached(graph, core, "after");
    return new Set([...core, ...before, ...after]);
  }
  return new Set(
    graph.nodes.filter((node) => means(node, word.toLowerCase(), factsOf(node.name))).map(({ name }) => name),
  );
}

function means(node: GraphNode, word: string, facts: Facts): boolean {
  const compared = /^(p99|self|wait|drops)(>=?|<=?)([\d.]+)(ms|µs|us|s|%)?$/.exec(word);
  if (compared !== null) return compares(facts, compared);
  const [key, value = ""] = word.includes(":") ? (word.split(/:(.*)/) as [string, string]) : ["", word];
  const some = (names: readonly string[]) => names.some((name) => name.toLowerCase().includes(value));
  switch (key) {
    case "owner":
      return some([node.owner]);
    case "reads":
      return some([...node.reads, ...node.soft]);
    case "writes":
      return some(node.writes);
    case "uses":
      return some(node.uses);
    case "kind":
      return some([node.kind]);
  }
  if (word === "changed") return facts.changed === true;
  if (word === "affected") return facts.affected === true;
  if (word === "critical") return facts.critical === true;
  if (word === "failed") return facts.failed === true;
  if (word === "logged") return node.logged;
  return some([node.name, node.purpose]);
}

const TO_MS: Readonly<Record<string, number>> = { ms: 1, µs: 0.001, us: 0.001, s: 1_000, "%": 0.01 };

function compares(facts: Facts, [, what, sign, amount, unit]: RegExpExecArray): boolean {
  const bound = Number(amount) * (TO_MS[unit ?? (what === "drops" ? "%" : "ms")] ?? 1);
  const value =
    what === "drops" ? facts.dropShare : what === "wait" ? facts.waitMs : what === "p99" ? facts.p99Ms : facts.selfMs;
  if (value === undefined) return false;
  return sign === ">" ? value > bound : sign === ">=" ? value >= bound : sign === "<" ? value < bound : value <= bound;
}

/** Every node that feeds the given ones, or lives on them. */
export function reached(graph: GraphDocument, from: Iterable<string>, way: "before" | "after"): ReadonlySet<string> {
  const next = new Map<string, string[]>();
  for (const { producer, readers } of graph.slots) {
    if (producer === null || producer.startsWith("@")) continue;
    for (const reader of readers) {
      const [at, to] = way === "after" ? [producer, reader] : [reader, producer];
      const known = next.get(at);
      if (known === undefined) next.set(at, [to]);
      else known.push(to);
    }
  }
  const start = new Set(from);
  const found = new Set(start);
  for (const name of found) for (const each of next.get(name) ?? []) found.add(each);
  for (const name of start) found.delete(name);
  return found;
}
