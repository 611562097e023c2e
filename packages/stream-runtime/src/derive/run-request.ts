import type { Graph } from "@tenon/graph-core";
import { compiledSlot } from "@tenon/graph-core/internal";
import type { Key } from "@tenon/storage-repo/api";
import { WorkItem } from "../change/row-schema.ts";
import type { LoadedInput } from "./page-inputs.ts";

/** What a handler's run gets, and whether every value of it fits its slot: where one does not, the run says which. */
export interface RunRequest {
  readonly request: Readonly<Record<string, unknown>>;
  readonly isChecked: boolean;
}

export function runRequest(
  graph: Pick<Graph, "request">,
  inputs: readonly LoadedInput[],
  { key, version }: { readonly key: Key; readonly version: bigint },
): RunRequest {
  const request: Record<string, unknown> = {};
  let isChecked = true;
  for (const { slot, values, fits } of inputs) {
    const value = values.get(key) ?? null;
    request[slot] = value;
    isChecked &&= fits(value);
  }
  if (graph.request.includes(WorkItem)) {
    const item = { key, version };
    request[WorkItem.name] = item;
    isChecked &&= compiledSlot(WorkItem).check(item) === undefined;
  }
  return { request, isChecked };
}
