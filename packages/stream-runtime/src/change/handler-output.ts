/** What a handler's graph responds, as what its run commits. */
import { GraphError } from "@tenon/graph-core";
import type { WriteSet } from "@tenon/storage-repo/api";
import { type RunName, sinkMessages } from "../sink/sink-messages.ts";
import type { SinkMessage } from "../sink/sink-outbox.ts";
import type { Handler } from "./handler.ts";

export interface HandlerOutput {
  readonly writes: WriteSet;
  readonly messages: readonly SinkMessage[];
}

/** @throws GraphError TENON1810 for what the handler did not declare; those of `sinkMessages` */
export function outputOf(handler: Handler, response: Readonly<Record<string, unknown>>, name: RunName): HandlerOutput {
  const writes = response[handler.writes.name] as WriteSet;
  refuseForeignWrites(handler, writes);
  return { writes, messages: sinkMessages(handler, response, name) };
}

/** Only what it declares to produce: other groups have other producers. */
function refuseForeignWrites({ name: own, owner, produces }: Handler, writes: WriteSet): void {
  for (const [name, { groups = {}, deletes, restores }] of Object.entries(writes)) {
    const produced = produces.find(({ entity }) => entity.name === name);
    const foreign = Object.keys(groups).find((group) => produced?.groups.includes(group) !== true);
    const what = foreign ?? (produced === undefined && (deletes ?? restores) !== undefined ? "presence" : undefined);
    if (what === undefined) continue;
    throw new GraphError(`handler "${own}" writes "${name}.${what}", which it does not produce`, {
      code: "TENON1810",
      category: "definition",
      owner,
      detail: `it produces ${produces.map(({ entity, groups: each }) => `${entity.name} (${each.join(", ")})`).join("; ")}`,
      hint: "declare the group in `produces`, or leave it to its producer",
    });
  }
}
