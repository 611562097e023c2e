/** The request of a handler's run: every declared input of a key, at one snapshot. */
import type { Key, RepoRow, Snapshot } from "@tenon/storage-repo/api";
import type { Handler, HandlerInput } from "./handler.ts";
import { WorkItem } from "./row-schema.ts";

export async function loadInputs(
  handler: Handler,
  { key, version }: { readonly key: Key; readonly version: bigint },
  snapshot: Snapshot,
): Promise<Readonly<Record<string, unknown>>> {
  const own = new Map<unknown, RepoRow | null>();
  const request: Record<string, unknown> = {};
  // Own rows first: parents are found through them.
  for (const input of [...handler.inputs].sort((one, other) => rank(one) - rank(other))) {
    request[input.slot.name] = await load(input, key, own, snapshot);
  }
  if (handler.graph.request.includes(WorkItem)) request[WorkItem.name] = { key, version };
  return request;
}

async function load(
  input: HandlerInput,
  key: Key,
  own: Map<unknown, RepoRow | null>,
  snapshot: Snapshot,
): Promise<unknown> {
  if (input.kind === "children") return snapshot.rowsBy(input.read, input.column as never, [key]);
  const wanted = input.kind === "row" ? key : (own.get(input.of)?.columns[input.column] as Key | null | undefined);
  const [row] = wanted === null || wanted === undefined ? [] : await snapshot.rows(input.read, [wanted] as never);
  if (input.kind === "row") own.set(input.read, (row as RepoRow | undefined) ?? null);
  return row ?? null;
}

function rank({ kind }: HandlerInput): number {
  return kind === "row" ? 0 : 1;
}
