/** The request of a handler's run: every declared input of a key, at one snapshot. */
import type { AnyRead, Key, RepoRow, Snapshot } from "@tenon/storage-repo/api";
import type { Handler, HandlerInput } from "./handler.ts";
import { WorkItem } from "./row-schema.ts";

/** Rows by which parents are found: the own one, and parents that others follow. */
type WayUp = Map<AnyRead, RepoRow | null>;

export async function loadInputs(
  handler: Handler,
  { key, version }: { readonly key: Key; readonly version: bigint },
  snapshot: Snapshot,
): Promise<Readonly<Record<string, unknown>>> {
  const up: WayUp = new Map();
  const request: Record<string, unknown> = {};
  // Own rows first, then parents as declared: each is found through one before it.
  for (const input of handler.inputs.toSorted((one, other) => rank(one) - rank(other))) {
    request[input.slot.name] = await load(input, key, up, snapshot);
  }
  if (handler.graph.request.includes(WorkItem)) request[WorkItem.name] = { key, version };
  return request;
}

async function load(input: HandlerInput, key: Key, up: WayUp, snapshot: Snapshot): Promise<unknown> {
  if (input.kind === "children") return snapshot.rowsBy(input.read, input.column as never, [key]);
  const wanted = input.kind === "row" ? key : (up.get(input.of)?.columns[input.column] as Key | null | undefined);
  const [row = null] =
    wanted === null || wanted === undefined ? [] : ((await snapshot.rows(input.read, [wanted])) as readonly RepoRow[]);
  up.set(input.read, row);
  return row;
}

function rank({ kind }: HandlerInput): number {
  return kind === "row" ? 0 : 1;
}
