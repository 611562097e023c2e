/** What the lineage refuses: a served field without a maker, a reader without a source, a source that nobody reads. */
import { INDEX_PLACES, INDEX_TABLE, recordPlace } from "@tenon/ad-index/api";
import { type Diagnostic, type Graph, topologyOf } from "@tenon/graph-core";
import { AdDocumentRow, SERVABLE_FIELDS, SERVABLE_LEAVES, SOURCE_GROUPS } from "@tenon/nodes";
import type { Handler } from "@tenon/stream-runtime";
import { type LineageParts, lineageOf } from "./build-lineage.ts";
import { inputColumns } from "./handler-columns.ts";
import { columnName, type Item, type Lineage } from "./lineage.ts";
import { type Fields, groupsNobodyMakes } from "./lost-groups.ts";
import { columnsOf } from "./serving-readers.ts";
import { sourceName } from "./source-columns.ts";
import { listed } from "./words.ts";

export interface CheckLineageOptions {
  /** The manifest as it was last reviewed: whose handler made what is missing now. */
  readonly reviewed?: string | undefined;
  readonly fields?: Fields;
}

/** Every finding, errors first. Empty for a project without handlers of `ad_document`: it serves no documents. */
export function checkLineage(parts: LineageParts, options: CheckLineageOptions = {}): readonly Diagnostic[] {
  const makesDocuments = parts.handlers.some(({ produces }) =>
    produces.some(({ entity }) => entity.name === AdDocumentRow.name),
  );
  if (!makesDocuments) return [];
  const { fields = SERVABLE_FIELDS, reviewed } = options;
  const lineage = lineageOf(parts);
  const errors = [
    ...groupsNobodyMakes(lineage, parts.handlers, fields, reviewed),
    ...leavesWithoutPlace(parts.handlers, fields),
    ...inputsNobodyMakes(lineage, parts.handlers),
    ...placesNobodyFills(parts.graphs),
  ];
  // A maker that is gone leaves its sources without a reader: one cause, told once.
  return errors.length > 0 ? errors : sourcesNobodyReads(lineage);
}

/** TENON1671: a leaf of the schema that is in no column. */
function leavesWithoutPlace(handlers: readonly Handler[], fields: Fields): readonly Diagnostic[] {
  const columns = new Set(AdDocumentRow.columns.map(({ group, name }) => `${group}.${name}`));
  return SERVABLE_LEAVES.filter((leaf) => {
    const place = fields.get(leaf);
    return place === undefined || !columns.has(`${place.group}.${place.column}`);
  }).map((leaf) => {
    const place = fields.get(leaf);
    const where =
      place === undefined
        ? "is in no column"
        : `is said to be in column "${place.group}.${place.column}", which is not there`;
    return {
      code: "TENON1671",
      rule: "served-leaf-is-made",
      severity: "error",
      graph: handlers.at(-1)?.graph.name ?? "",
      message: `leaf "${leaf}" of the servable document ${where} of entity "${AdDocumentRow.name}" (owner ${AdDocumentRow.owner})`,
      primary: { kind: "owner", name: AdDocumentRow.owner, label: "owns the document" },
      secondary: [],
      detail: {
        expected: "a group and a column in SERVABLE_FIELDS",
        found: place === undefined ? "none" : `${place.group}.${place.column}`,
      },
      hint: "name its column in servable-fields.ts, and let the group's handler fill it",
    };
  });
}

/** TENON1673: an input of a handler that neither an update nor another handler writes. */
function inputsNobodyMakes(lineage: Lineage, handlers: readonly Handler[]): readonly Diagnostic[] {
  return handlers.flatMap((handler) => {
    const orphans = inputColumns(handler)
      .map(({ entity, column }) => columnName(entity.name, column.group, column.name))
      .flatMap((name) => lineage.items.get(`column:${name}`) ?? [])
      .filter((item) => lineage.makersOf(item).length === 0 && !isOfDocument(item));
    const [first] = orphans;
    if (first === undefined) return [];
    return [
      {
        code: "TENON1673",
        rule: "reader-has-source",
        severity: "error",
        graph: handler.graph.name,
        message: `handler "${handler.name}" (owner ${handler.owner}) reads column ${listed(orphans.map(({ name }) => name))} (owner ${first.owner}), which no update and no handler writes`,
        primary: {
          kind: "graph",
          name: handler.graph.name,
          owner: handler.owner,
          place: handler.graph.place,
          label: "reads it",
        },
        secondary: [{ kind: "owner", name: first.owner, label: "owns the group" }],
        detail: { expected: "a source in SOURCE_GROUPS, or a handler that produces the group", found: "none" },
        hint: "bring the producer back, or drop the column from the handler's read",
      },
    ];
  });
}

/** Told once, as the group that nobody makes. */
const isOfDocument = ({ name }: Item) => name.startsWith(`${AdDocumentRow.name}.`);

/** TENON1673: a node that reads a place which the index does not fill. */
function placesNobodyFills(graphs: readonly Graph[]): readonly Diagnostic[] {
  const filled = new Set([
    ...INDEX_PLACES.keys(),
    ...SERVABLE_LEAVES.map((leaf) => recordPlace(leaf.replace(/^ad\./, ""))),
  ]);
  return graphs
    .map((graph) => topologyOf(graph))
    .flatMap((topology) =>
      topology.nodes.flatMap((node) => {
        const unknown = columnsOf(node, INDEX_TABLE, "reads").filter((place) => !filled.has(place));
        if (unknown.length === 0) return [];
        return [
          {
            code: "TENON1673",
            rule: "reader-has-source",
            severity: "error",
            graph: topology.graph.name,
            message: `node "${node.name}" (owner ${node.owner}) reads ${listed(unknown)} of the ad index, which no leaf of a document fills`,
            primary: {
              kind: "node",
              name: node.name,
              owner: node.owner,
              ...(node.place && { place: node.place }),
              label: "reads it",
            },
            secondary: [],
            detail: { expected: "a place of INDEX_PLACES, or record.LEAF", found: unknown[0] ?? "" },
            hint: "name the place as the index does, or add the leaf to the document and its place to the index",
          } satisfies Diagnostic,
        ];
      }),
    );
}

/** TENON1672, a warning: a column that is carried to the repository, and goes no further. */
function sourcesNobodyReads(lineage: Lineage): readonly Diagnostic[] {
  return SOURCE_GROUPS.flatMap((source) =>
    Object.keys(source.columns).flatMap((column) => {
      const item = lineage.items.get(`source:${sourceName(source, column)}`);
      if (item === undefined || source.keptFor?.[column] !== undefined) return [];
      const reached = lineage.reached(item, "readers");
      if (reached.some(({ kind }) => kind === "leaf" || kind === "shortCut")) return [];
      const owner = reached[0]?.owner ?? item.owner;
      return [
        {
          code: "TENON1672",
          rule: "source-is-read",
          severity: "warning",
          graph: "none yet",
          message: `source column "${item.name}" (owner ${item.owner}) feeds nothing: ${reached[0]?.name ?? "no column"} (owner ${owner}) goes into no served leaf`,
          primary: { kind: "owner", name: owner, label: "owns the group" },
          secondary: [],
          detail: { expected: "a handler that reads it", found: "none" },
          hint: "read it in a handler, stop carrying it, or say in sources.ts with `keptFor` why it is kept",
        } satisfies Diagnostic,
      ];
    }),
  );
}
