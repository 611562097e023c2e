/** Which ads a refresh is about. What is not said selects nothing away. */

import { isDeepStrictEqual } from "node:util";
import { AdDocumentRow, AdGroupRow, AdRow, CampaignRow } from "@tenon/nodes";
import {
  type AnyRead,
  type EntityColumn,
  type Key,
  type RepoRow,
  ROWS_MAX,
  read,
  type Snapshot,
} from "@tenon/storage-repo/api";
import { indexerError } from "../indexer-error.ts";
import { idsOption, recordOption } from "../workflows/read-options.ts";
import type { Json, JsonRecord } from "../workflows/workflow.ts";

/** Campaigns, and ad groups, of a selection: one lookup holds no more. */
const PARENTS_MAX = ROWS_MAX - 1;

const Ads = read(AdRow, ["adGroupId"]);
const Groups = read(AdGroupRow, ["campaignId"]);
const Campaigns = read(CampaignRow, ["advertiserId"]);

/** A value of a stored document: a column, and the way into its JSON. */
interface Condition {
  readonly column: string;
  readonly path: readonly string[];
  readonly value: Json;
}

export class Selection {
  readonly reads: readonly AnyRead[];
  readonly #ads: readonly number[] | undefined;
  readonly #campaigns: readonly number[] | undefined;
  readonly #advertisers: readonly number[] | undefined;
  readonly #conditions: readonly Condition[];
  readonly #documents: AnyRead;

  /** @throws GraphError TENON1652 for values that select nothing that there could be */
  constructor(options: JsonRecord) {
    this.#ads = idsOption(options, "ads")?.toSorted((one, other) => one - other);
    this.#campaigns = idsOption(options, "campaigns");
    this.#advertisers = idsOption(options, "advertisers");
    this.#conditions = Object.entries(recordOption(options, "where") ?? {}).map(conditionOf);
    const columns = new Set(["isServable", ...this.#conditions.map(({ column }) => column)]);
    this.#documents = read(AdDocumentRow, [...columns] as never);
    this.reads = [Ads, Groups, Campaigns, this.#documents];
  }

  /**
   * The next ads after a key, in key order. Less than asked for is no end: `last` is how far was looked, undefined at the end.
   *
   * @throws GraphError TENON1652 for a selection by parents that is too large
   */
  async next(
    snapshot: Snapshot,
    { after, adsMax }: { readonly after: number; readonly adsMax: number },
  ): Promise<{ readonly ads: readonly number[]; readonly last: number | undefined }> {
    const groups = await this.#groups(snapshot);
    const keys =
      groups === undefined
        ? await this.#anyAds(snapshot, after, adsMax)
        : groups.length === 0
          ? []
          : await snapshot.keysBy(Ads, "adGroupId", groups, { after, keysMax: adsMax });
    const own = groups === undefined || this.#ads === undefined ? keys : keys.filter((key) => this.#ads?.includes(key));
    return { ads: await this.#meeting(snapshot, own), last: keys.length < adsMax ? undefined : keys.at(-1) };
  }

  async #anyAds(snapshot: Snapshot, after: number, rowsMax: number): Promise<readonly number[]> {
    if (this.#ads === undefined) return (await snapshot.page(Ads, { after, rowsMax })).map(({ key }) => key);
    const asked = this.#ads.filter((key) => key > after).slice(0, rowsMax);
    return asked.length === 0 ? [] : (await snapshot.rows(Ads, asked)).map(({ key }) => key);
  }

  async #groups(snapshot: Snapshot): Promise<readonly number[] | undefined> {
    if (this.#campaigns === undefined && this.#advertisers === undefined) return undefined;
    const page = { keysMax: PARENTS_MAX + 1 };
    const byAdvertiser =
      this.#advertisers === undefined
        ? undefined
        : await snapshot.keysBy(Campaigns, "advertiserId", this.#advertisers, page);
    const campaigns = byAdvertiser === undefined ? (this.#campaigns ?? []) : both(byAdvertiser, this.#campaigns);
    refuseTooMany(campaigns, "campaigns");
    const groups = campaigns.length === 0 ? [] : await snapshot.keysBy(Groups, "campaignId", campaigns, page);
    refuseTooMany(groups, "ad groups");
    return groups;
  }

  async #meeting(snapshot: Snapshot, keys: readonly number[]): Promise<readonly number[]> {
    if (this.#conditions.length === 0 || keys.length === 0) return keys;
    const rows = (await snapshot.rows(this.#documents, keys)) as readonly RepoRow[];
    return rows.filter((row) => this.#conditions.every((each) => isMet(each, row))).map(({ key }) => key as number);
  }
}

function both(keys: readonly number[], others: readonly number[] | undefined): readonly number[] {
  return others === undefined ? keys : keys.filter((key) => others.includes(key));
}

function refuseTooMany(found: readonly Key[], what: string): void {
  if (found.length <= PARENTS_MAX) return;
  throw indexerError("wrongCommand", `the selection has more than ${PARENTS_MAX} ${what}`, {
    detail: `expected at most ${PARENTS_MAX}: a selection by parents is looked up at once`,
    hint: "refresh parts of it one after the other, or all ads",
  });
}

function conditionOf([name, value]: [string, Json]): Condition {
  const [column = "", ...path] = name.split(".");
  const known = AdDocumentRow.columns
    .filter(({ type }: EntityColumn) => type !== "bytes")
    .map((each: EntityColumn) => each.name);
  if (known.includes(column)) return { column, path, value };
  throw indexerError("wrongCommand", `a stored document has no column "${column}"`, {
    detail: `expected one of ${known.join(", ")}`,
    hint: 'name a column, and after points what is in its JSON: {"landing.state": "unknown"}',
  });
}

function isMet({ column, path, value }: Condition, { columns }: RepoRow): boolean {
  const held = path.reduce(
    (at: unknown, name) => (at as Readonly<Record<string, unknown>> | null)?.[name],
    columns[column],
  );
  return isDeepStrictEqual(held ?? null, value);
}
