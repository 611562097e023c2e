/** What keeps handlers from being run: alone, and beside each other. */
import type { AnyRead, EntityColumn } from "@tenon/storage-repo/api";
import { streamError } from "../task/stream-error.ts";
import { refuseUnboundCircle } from "./circles.ts";
import type { Handler, HandlerInput, ParentRow } from "./handler.ts";
import { WorkItem } from "./row-schema.ts";

/** More rounds than this is a loop that belongs into one handler. */
const ROUNDS_MAX = 100;
const NAME = /^[a-z][a-z0-9-]{0,39}$/;

function refuse(handler: Handler, message: string, hint: string): never {
  throw streamError("wrongHandler", `handler "${handler.name}" (owner ${handler.owner}): ${message}`, {
    owner: handler.owner,
    hint,
  });
}

/** Throws TENON1810 for the first thing that is wrong with one handler. */
export function refuseWrongHandler(handler: Handler): void {
  const { name, inputs, graph, writes, produces, rounds } = handler;
  if (!NAME.test(name)) refuse(handler, "the name is unusable", "use at most 40 of a-z, 0-9 and -, a letter first");
  if (!Number.isInteger(rounds) || rounds < 0 || rounds > ROUNDS_MAX) {
    refuse(handler, `rounds is ${rounds}`, `use a whole number from 0 to ${ROUNDS_MAX}`);
  }
  if (inputs.length === 0) refuse(handler, "it reads nothing, so nothing would wake it", "declare its inputs");
  const given = [...inputs.map(({ slot }) => slot), WorkItem];
  for (const slot of graph.request) {
    if (!given.includes(slot)) {
      refuse(
        handler,
        `graph "${graph.name}" asks for slot "${slot.name}", which no input gives`,
        "declare an input for it",
      );
    }
  }
  for (const input of inputs) refuseWrongInput(handler, input);
  if (!graph.respond.includes(writes)) {
    refuse(handler, `slot "${writes.name}" is no respond slot of graph "${graph.name}"`, "respond with the write set");
  }
  refuseWrongSinks(handler);
  for (const { entity, groups } of produces) {
    for (const group of groups) {
      if (entity.groups.some((each) => each.name === group)) continue;
      const known = entity.groups.map((each) => each.name).join(", ");
      refuse(handler, `entity "${entity.name}" has no group "${group}"`, `name one of ${known}`);
    }
  }
}

/** Everything that the graph responds goes somewhere, and one way only. */
function refuseWrongSinks(handler: Handler): void {
  const { graph, writes, sinks } = handler;
  for (const name of Object.keys(sinks)) {
    if (name === writes.name) {
      refuse(handler, `slot "${name}" is its write set and a sink`, "send messages from a slot of their own");
    }
    if (graph.respond.some((slot) => slot.name === name)) continue;
    refuse(
      handler,
      `sink "${name}" is no respond slot of graph "${graph.name}"`,
      "add it to `respond` of the graph, or name one that is there",
    );
  }
  for (const { name } of graph.respond) {
    if (name === writes.name || name in sinks) continue;
    refuse(
      handler,
      `what graph "${graph.name}" responds in slot "${name}" goes nowhere`,
      "name it in `sinks`, or do not respond with it",
    );
  }
}

/** A way up has one beginning: the own row, or a parent that is declared before it. */
function refuseWrongWay(handler: Handler, parent: ParentRow, place: string): void {
  const { inputs } = handler;
  const earlier = inputs.filter(({ kind }, index) => kind === "row" || index < inputs.indexOf(parent));
  const holders = earlier.filter(({ kind, read }) => kind !== "children" && read === parent.of);
  if (holders.length === 0) {
    refuse(
      handler,
      `slot "${parent.slot.name}" follows ${place}, which is neither the own row nor a parent declared before it`,
      "declare ownRow(…, read) or parentRow(…, read, …) with the same read, and parents in the order of the way up",
    );
  }
  if (holders.length > 1) {
    refuse(
      handler,
      `slot "${parent.slot.name}" follows ${place}, whose read is that of ${holders.map(({ slot }) => `"${slot.name}"`).join(" and ")}`,
      "give each of them a read of its own, so that it is clear whose column is followed",
    );
  }
}

function refuseWrongInput(handler: Handler, input: HandlerInput): void {
  const { slot } = input;
  if (!handler.graph.request.includes(slot)) {
    refuse(
      handler,
      `no node of graph "${handler.graph.name}" asks for slot "${slot.name}"`,
      "drop the input: it would wake the handler for nothing",
    );
  }
  if (input.kind === "row") return;
  const holder = input.kind === "parent" ? input.of : input.read;
  const place = `column "${input.column}" of entity "${holder.entity.name}"`;
  if (input.kind === "parent") refuseWrongWay(handler, input, place);
  if (!hasColumn(holder, input.column)) {
    refuse(
      handler,
      `slot "${slot.name}" follows ${place}, which the read leaves out`,
      `add "${input.column}" to the read`,
    );
  }
  const isIn = (columns: readonly EntityColumn[]) => columns.some(({ name }) => name === input.column);
  if (!isIn(holder.entity.lookups)) {
    refuse(
      handler,
      `slot "${slot.name}" follows ${place}, which is no lookup`,
      "declare it in `lookups` of the entity",
    );
  }
  if (input.kind === "children" && !isIn(holder.entity.mapping)) {
    refuse(
      handler,
      `slot "${slot.name}" follows ${place}, which is no mapping column`,
      "declare it in `mapping`, or rows that move away would wake nobody",
    );
  }
}

function hasColumn(read: AnyRead, name: string): boolean {
  return (read.columns as readonly EntityColumn[]).some((column) => column.name === name);
}

/** Throws TENON1810 when handlers cannot run beside each other: two producers of a group, or a circle without a bound. */
export function refuseWrongHandlers(handlers: readonly Handler[]): void {
  const producers = new Map<string, Handler>();
  for (const handler of handlers) {
    for (const { entity, groups } of handler.produces) {
      for (const group of groups) {
        const place = `${entity.name}.${group}`;
        const other = producers.get(place);
        if (other !== undefined) {
          throw streamError(
            "wrongHandler",
            `two handlers write "${place}": "${other.name}" (owner ${other.owner}) and "${handler.name}" (owner ${handler.owner})`,
            {
              owner: handler.owner,
              hint: "give each a group of its own, and derive what both decide in a third handler",
            },
          );
        }
        producers.set(place, handler);
      }
    }
  }
  refuseUnboundCircle(handlers);
}

/** Throws TENON1810 when handlers send messages and no log takes them. */
export function refuseMissingLog(handlers: readonly Handler[], log: unknown): void {
  const sender = handlers.find(({ sinks }) => Object.keys(sinks).length > 0);
  if (sender === undefined || log !== undefined) return;
  const topics = Object.values(sender.sinks).map(({ name }) => `"${name}"`);
  refuse(sender, `it sends to ${topics.join(", ")}, and there is no log`, "give `log` to runHandlers");
}
