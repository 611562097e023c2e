import type { Topology, TopologyNode, TopologyResource, TopologySlot } from "../graph/topology.ts";
import { budgetPathText, budgetText, flagsOf, stateText } from "./node-facts.ts";

/** Hex digits of a slot's fingerprint that are shown: enough to see that a type changed. */
const FINGERPRINT_SHOWN = 12;

/**
 * The canonical text of a graph, kept as a golden file and read in pull requests. One line per node, slot and resource
 * in graph position order; no column is padded, so that one change is one changed line.
 *
 * `?` marks a soft read. Places, purposes and comments are left out: they are not wiring.
 */
export function renderText(topology: Topology): string {
  const { graph, request, respond, nodes, slots, resources, criticalPath } = topology;
  return [
    `graph ${graph.name} (owner ${graph.owner})`,
    `request ${listed(request)}`,
    `respond ${listed(respond)}`,
    `longest budget path ${budgetPathText(topology)}: ${criticalPath.nodes.join(" > ") || "none"}`,
    "",
    ...nodes.map(nodeLine),
    "",
    ...slots.map(slotLine),
    ...(resources.length === 0 ? [] : ["", ...resources.map(resourceLine)]),
    "",
  ].join("\n");
}

/** `filter capByFrequency (ads-delivery): candidates, userCounts, fatigueScores? -> capped [2 ms] uses frequencyPolicy`. */
function nodeLine(node: TopologyNode): string {
  const reads = [...node.reads, ...node.soft.map((slot) => `${slot}?`)];
  const flags = [budgetText(node), ...flagsOf(node), ...promisesOf(node), stateText(node)];
  const shown = flags.filter((flag) => flag !== undefined && flag !== "");
  return [
    `${node.kind} ${node.name} (${node.owner}): ${listed(reads)} -> ${listed(node.writes)}`,
    shown.length === 0 ? "" : ` [${shown.join(", ")}]`,
    node.when === null ? "" : ` when ${node.when}`,
    node.uses.length === 0 ? "" : ` uses ${listed(node.uses)}`,
  ].join("");
}

/** What the contract promises to the checks, beyond reads and writes. */
function promisesOf(node: TopologyNode): readonly string[] {
  const { merges, orders, scores, logs, columns, declassifies, processesFor } = node;
  return [
    merges === null ? "" : `merges ${merges.policy} by ${merges.tieBreak}`,
    orders === null
      ? ""
      : orders === "asRead"
        ? "keeps order"
        : `orders by ${[...orders.by, orders.tieBreak].join(" then ")}`,
    ...scores.map(({ snapshot }) => `scores ${snapshot}`),
    ...logs.map(({ snapshot }) => `logs ${snapshot}`),
    ...columns.flatMap(({ table, reads, writes }) => [
      reads === undefined ? "" : `reads ${table}(${reads.join(" ")})`,
      writes === undefined ? "" : `writes ${table}(${writes.join(" ")})`,
    ]),
    declassifies === null ? "" : `declassifies ${declassifies.labels.join(" ")}`,
    processesFor === null ? "" : `for ${processesFor}`,
  ];
}

function slotLine(slot: TopologySlot): string {
  const { pii, purpose, leaves, keptFor, follows, commitsWith } = slot.tags;
  const tags = [
    slot.unit === null ? "" : `unit ${slot.unit}`,
    pii === true ? "pii" : "",
    purpose === undefined ? "" : `for ${purpose.join(" ")}`,
    leaves === undefined ? "" : `leaves to ${leaves}`,
    keptFor === undefined ? "" : `kept for ${keptFor}`,
    follows === undefined ? "" : `follows ${follows.join(" ")}`,
    commitsWith === undefined ? "" : `commits with ${commitsWith.join(" ")}`,
  ].filter((tag) => tag !== "");
  const fingerprint = slot.fingerprint?.slice(0, FINGERPRINT_SHOWN) ?? "no-fingerprint";
  return `slot ${slot.key} (${slot.owner}): ${fingerprint}${tags.length === 0 ? "" : ` [${tags.join(", ")}]`}`;
}

function resourceLine(resource: TopologyResource): string {
  const kind = resource.methods === null ? "pinned" : resource.methods.join(", ");
  return `resource ${resource.name} (${resource.owner}): ${kind}`;
}

function listed(names: readonly string[]): string {
  return names.join(", ") || "nothing";
}
