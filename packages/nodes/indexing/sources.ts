/**
 * Where every group that the updater writes comes from: one table or one kind of signal per group. With the inputs and products
 * of handlers and `SERVABLE_FIELDS` this is the lineage of every served leaf.
 */
import type { AnyEntity, DataClass, EntityGroup } from "@tenon/storage-repo/api";
import type { z } from "zod";
import type { ContentSignalSchema } from "./signals.ts";
import {
  AnnotationColumns,
  BrandSignalColumns,
  EmbeddingColumns,
  ImageColumns,
  InterestColumns,
  PerformanceColumns,
  VectorSchema,
} from "./signals.ts";
import {
  AccountColumns,
  AdColumns,
  AdGroupColumns,
  AdGroupRow,
  AdRow,
  AdvertiserRow,
  BudgetColumns,
  CampaignColumns,
  CampaignRow,
  CreativeColumns,
  CreativeRow,
  TargetingColumns,
} from "./source-rows.ts";
import type { SourceTable } from "./topics.ts";

export type SignalKind = z.infer<typeof ContentSignalSchema>["kind"];

export interface SourceGroup {
  readonly entity: AnyEntity;
  readonly group: string;
  readonly from:
    | { readonly kind: "table"; readonly table: SourceTable }
    | { readonly kind: "signal"; readonly signal: SignalKind; readonly keyField: string };
  /** What an update holds, by column; the source time comes besides. A column of a blob's name goes into that blob. */
  readonly columns: Readonly<Record<string, z.ZodType>>;
  /** Column → its name at the source, where that is another one. */
  readonly renamed?: Readonly<Record<string, string>>;
  /** Column → why it is kept though no document is made of it. */
  readonly keptFor?: Readonly<Record<string, string>>;
  /** The source row is the row itself: its delete is the entity's. */
  readonly isRow: boolean;
}

const table = (name: SourceTable) => ({ from: { kind: "table", table: name } }) as const;
const signal = (kind: SignalKind, keyField: string) =>
  ({ from: { kind: "signal", signal: kind, keyField }, isRow: false }) as const;

export const SOURCE_GROUPS: readonly SourceGroup[] = [
  {
    ...{ entity: AdvertiserRow, group: "account", ...table("advertisers"), columns: AccountColumns, isRow: true },
    keptFor: { brand: "accounts: a campaign names its own", category: "accounts: a campaign names its own" },
  },
  {
    ...{ entity: CampaignRow, group: "settings", ...table("campaigns"), columns: CampaignColumns, isRow: true },
    keptFor: { name: "people who look a campaign up" },
  },
  { entity: CampaignRow, group: "budget", ...table("budgets"), columns: BudgetColumns, isRow: false },
  { entity: AdGroupRow, group: "settings", ...table("ad_groups"), columns: AdGroupColumns, isRow: true },
  { entity: AdGroupRow, group: "targeting", ...table("targeting"), columns: TargetingColumns, isRow: false },
  { entity: AdRow, group: "settings", ...table("ads"), columns: AdColumns, isRow: true },
  { entity: CreativeRow, group: "settings", ...table("creatives"), columns: CreativeColumns, isRow: true },

  { entity: AdvertiserRow, group: "brandSignals", ...signal("brand", "advertiserId"), columns: BrandSignalColumns },
  { entity: AdRow, group: "performance", ...signal("performance", "adId"), columns: PerformanceColumns },
  {
    ...{ entity: CreativeRow, group: "image", ...signal("image", "creativeId"), columns: ImageColumns },
    renamed: { seenImageUrl: "imageUrl" },
  },
  { entity: CreativeRow, group: "annotations", ...signal("annotations", "creativeId"), columns: AnnotationColumns },
  { entity: CreativeRow, group: "interests", ...signal("interests", "creativeId"), columns: InterestColumns },
  {
    ...{ entity: CreativeRow, group: "embedding", ...signal("embedding", "creativeId") },
    columns: { ...EmbeddingColumns, vector: VectorSchema },
    renamed: { embeddingSpace: "space" },
  },
];

/** Name at the source. */
export function sourceColumnOf({ renamed }: SourceGroup, column: string): string {
  return renamed?.[column] ?? column;
}

/** The declaration of the group that is written: its owner and class. */
export function declaredGroup({ entity, group }: Pick<SourceGroup, "entity" | "group">): EntityGroup {
  const found = entity.groups.find(({ name }) => name === group);
  if (found === undefined) throw new RangeError(`entity "${entity.name}" has no group "${group}"`);
  return found;
}

/** The source of a group by its names; `undefined` for one that no update fills. */
export function sourceOfGroup(at: { readonly entity: string; readonly group: string }): SourceGroup | undefined {
  return SOURCE_GROUPS.find(({ entity, group }) => entity.name === at.entity && group === at.group);
}

/** Class of what an update carries; what is unknown is treated as the more careful one. */
export function classOf(at: { readonly entity: string; readonly group: string }): DataClass {
  const source = sourceOfGroup(at);
  return source === undefined ? "control" : declaredGroup(source).class;
}

export function sourceOfTable(name: SourceTable): SourceGroup {
  return found(({ from }) => from.kind === "table" && from.table === name, `table "${name}"`);
}

export function sourceOfSignal(kind: SignalKind): SourceGroup {
  return found(({ from }) => from.kind === "signal" && from.signal === kind, `signal "${kind}"`);
}

function found(is: (source: SourceGroup) => boolean, what: string): SourceGroup {
  const source = SOURCE_GROUPS.find(is);
  if (source === undefined) throw new RangeError(`no group is filled from ${what}`);
  return source;
}
