import {
  CampaignRow,
  ContentSignals,
  declaredGroup,
  ServingControl,
  SOURCE_GROUPS,
  SourceChanges,
  type SourceGroup,
  sourceColumnOf,
} from "@tenon/nodes";
import type { Task } from "@tenon/stream-runtime";
import { columnName, type Item, type LineageBuilder } from "./lineage.ts";
import { routeFrom } from "./source-routes.ts";

/** Columns of the ads database and fields of signals, and the columns of the repository that they become. */
export function addSources(builder: LineageBuilder, tasks: readonly Task[]): void {
  const routes = { table: routeFrom(SourceChanges, tasks), signal: routeFrom(ContentSignals, tasks) };
  for (const source of SOURCE_GROUPS) {
    const { entity, group, from, columns } = source;
    const topic = from.kind === "table" ? SourceChanges : ContentSignals;
    const written = (column: string) => {
      // A column of a blob's name goes into that blob, which is a group of its own.
      const isBlob = entity.groups.some(({ name, blob }) => blob && name === column);
      const { name, owner, class: dataClass } = declaredGroup({ entity, group: isBlob ? column : group });
      return builder.item("column", columnName(entity.name, name, column), { owner, class: dataClass });
    };
    for (const column of Object.keys(columns)) {
      const made = builder.item("source", sourceName(source, column), { owner: topic.owner });
      builder.edge(made, written(column), ...routes[from.kind]);
      addShortCut(builder, source, made, column);
    }
    const changedAt = from.kind === "table" ? "committedAtMs" : "observedAtMs";
    const time = builder.item("source", `${topic.name}.${changedAt}`, { owner: topic.owner });
    builder.edge(time, written(`${group}SourceAtMs`), ...routes[from.kind]);
  }
}

/** `budgets.daily_cap_micros` as in SQL, `image.signature` as in the signal. */
export function sourceName(source: SourceGroup, column: string): string {
  const { from } = source;
  const name = sourceColumnOf(source, column);
  if (from.kind === "signal") return `${from.signal}.${name}`;
  return `${from.table}.${name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`;
}

/** What the topic past the pipeline holds by the name of a campaign's column. */
function addShortCut(builder: LineageBuilder, { entity }: SourceGroup, made: Item, column: string): void {
  if (entity !== CampaignRow || !SHORT_CUT_FIELDS.has(column)) return;
  const { name, owner } = ServingControl;
  builder.edge(made, builder.item("shortCut", `${name}.${column}`, { owner }));
}

const schema = ServingControl.schema as unknown as { readonly options: readonly { readonly shape: object }[] };
const SHORT_CUT_FIELDS: ReadonlySet<string> = new Set(schema.options.flatMap(({ shape }) => Object.keys(shape)));
