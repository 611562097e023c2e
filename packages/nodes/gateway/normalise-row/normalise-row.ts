import { node } from "@tenon/graph-core";
import { sourceColumnOf, sourceOfTable } from "../../indexing/sources.ts";
import { normaliseRowContract } from "./normalise-row.contract.ts";

export const normaliseRow = node({
  ...normaliseRowContract,
  run: ({ sourceRow: { change, version, columns, sourceAtMs } }) => {
    const source = sourceOfTable(change.table);
    // A column that the table lacks is null here: the updater says what was expected, and whose it is.
    const named = Object.keys(source.columns).map((name) => [name, columns?.[sourceColumnOf(source, name)] ?? null]);
    return {
      normalisedUpdate: {
        ...{ entity: source.entity.name, group: source.group, key: change.key, version, sourceAtMs },
        operation: columns === null ? ("delete" as const) : ("write" as const),
        columns: columns === null ? null : Object.fromEntries(named),
        cause: `source-changes ${change.position}`,
      },
    };
  },
});
