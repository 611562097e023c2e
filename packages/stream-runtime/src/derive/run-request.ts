import type { Graph } from "@tenon/graph-core";
import { compiledSlot } from "@tenon/graph-core/internal";
import type { Key } from "@tenon/storage-repo/api";
import { WorkItem } from "../change/row-schema.ts";
import type { LoadedInput } from "./page-inputs.ts";
import { compiled, property } from "./row-code.ts";

export interface Item {
  readonly key: Key;
  readonly version: bigint;
}

/** What a handler's run gets. */
export type RunRequest = Readonly<Record<string, unknown>>;
/** @param inputs of the handler, as its `PageInputs` gave them */
export type MakeRequest = (inputs: readonly LoadedInput[], place: number, item: Item) => RunRequest;

/** Requests of one graph: one shape, made by code. */
export function requestMaker({ request }: Pick<Graph, "request">, slots: readonly string[]): MakeRequest {
  const values = slots.map((slot, index) => `${property(slot)}: inputs[${index}].at(place)`);
  if (request.includes(WorkItem)) values.push(`${property(WorkItem.name)}: item`);
  return compiled(["inputs", "place", "item"], [`return { ${values.join(", ")} };`]);
}

/** Whether everything a run gets fits its slot: where one does not, the run says which. */
export function requestFits(inputs: readonly LoadedInput[], place: number): boolean {
  for (const input of inputs) if (!input.fits(place)) return false;
  return true;
}

export function itemFits(item: Item): boolean {
  return compiledSlot(WorkItem).check(item) === undefined;
}
