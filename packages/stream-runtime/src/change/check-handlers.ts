/** What keeps handlers from being run: alone, and beside each other. */
import type { AnyRead, EntityColumn } from "@tenon/storage-repo/api";
import { streamError } from "../task/stream-error.ts";
import { refuseUnboundCircle } from "./circles.ts";
import type { Handler, HandlerInput } from "./handler.ts";
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
  for (const { entity, groups } of produces) {
    for (const group of groups) {
      if (entity.groups.some((each) => each.name === group)) continue;
      const known = entity.groups.map((each) => each.name).join(", ");
      refuse(handler, `entity "${entity.name}" has no group "${group}"`, `name one of ${known}`);
    }
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
  if (input.kind === "parent" && !handler.inputs.some(({ kind, read }) => kind === "row" && read === holder)) {
    refuse(
      handler,
      `slot "${slot.name}" follows ${place}, which is no own row`,
      "declare ownRow(…, read) with the same read",
    );
  }
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
