import { AdIndexResource, INDEX_PLACES, recordPlace } from "@tenon/ad-index/api";
import type { Graph } from "@tenon/graph-core";
import { AdDocumentRow, SERVABLE_FIELDS } from "@tenon/nodes";
import type { Handler, Task } from "@tenon/stream-runtime";
import { addHandlers } from "./handler-columns.ts";
import { columnName, type Lineage, LineageBuilder } from "./lineage.ts";
import { addServing } from "./serving-readers.ts";
import { addSources } from "./source-columns.ts";

/** What a project declares. */
export interface LineageParts {
  readonly tasks: readonly Task[];
  readonly handlers: readonly Handler[];
  readonly graphs: readonly Graph[];
}

/** Leaves of the record that the index holds begin so; the others are signals, which it does not keep. */
const RECORD_PREFIX = "ad.";

export function lineageOf(parts: LineageParts): Lineage {
  const builder = new LineageBuilder();
  addSources(builder, parts.tasks);
  addHandlers(builder, parts.handlers);
  addLeaves(builder, parts.handlers);
  addServing(builder, parts.graphs);
  return builder.done();
}

/** A leaf is a part of one column; the index keeps it in places. */
function addLeaves(builder: LineageBuilder, handlers: readonly Handler[]): void {
  const publisher = handlers.find(({ sinks }) => Object.keys(sinks).length > 0);
  const published = Object.values(publisher?.sinks ?? {}).map(
    ({ name, owner }) => ({ kind: "topic", name, owner }) as const,
  );
  const assembled =
    publisher === undefined ? [] : [[{ kind: "handler", name: publisher.name, owner: publisher.owner } as const]];
  for (const [leaf, { group, column }] of SERVABLE_FIELDS) {
    const declared = AdDocumentRow.groups.find(({ name }) => name === group);
    const facts = { owner: declared?.owner ?? AdDocumentRow.owner, ...(declared && { class: declared.class }) };
    const item = builder.item("leaf", leaf, facts);
    const from = builder.find("column", columnName(AdDocumentRow.name, group, column));
    if (from !== undefined) builder.edge(from, item, ...assembled);
    if (!leaf.startsWith(RECORD_PREFIX)) continue;
    const inIndex = leaf.slice(RECORD_PREFIX.length);
    const places = [...INDEX_PLACES].filter(([, leaves]) => leaves.includes(inIndex)).map(([place]) => place);
    for (const place of [...places, recordPlace(inIndex)])
      builder.edge(item, builder.item("place", place, { owner: AdIndexResource.owner }), published);
  }
}
