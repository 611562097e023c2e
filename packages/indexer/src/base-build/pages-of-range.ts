/** The ads of a range of keys, with what the live path has published of them: two scans in the order of keys, side by side. */
import { AdDocumentRow, AdRow } from "@tenon/nodes";
import { type AnyRead, type RepoRow, read, type Snapshot } from "@tenon/storage-repo/api";

export interface KeyRange {
  /** First key after this one; undefined begins at the first. */
  readonly after: number | undefined;
  /** Up to this key, itself included; undefined goes to the last. */
  readonly upTo: number | undefined;
}

export interface AdsPage {
  /** Ads that are there. */
  readonly live: readonly number[];
  /** Documents whose ad is gone. */
  readonly gone: readonly number[];
  /** Of documents that the live path has written, and collection has not removed. */
  readonly publishedVersions: ReadonlyMap<number, bigint>;
}

const AdKeys = read(AdRow, ["adGroupId"]);
const Published = read(AdDocumentRow, ["isServable"]);
export const RANGE_READS: readonly AnyRead[] = [AdKeys, Published];

/** At most twice `rowsMax` keys a page. */
export async function* pagesOfRange(snapshot: Snapshot, range: KeyRange, rowsMax: number): AsyncGenerator<AdsPage> {
  const ads = new Scan(snapshot, AdKeys, { ...range, rowsMax });
  const documents = new Scan(snapshot, Published, { ...range, rowsMax });
  for (;;) {
    await ads.fill();
    await documents.fill();
    // As far as both have been read; undefined: both have ended.
    const upTo = [ads.readUpTo, documents.readUpTo].reduce(least, undefined);
    const live = ads.take(upTo).map(({ key }) => key as number);
    const isLive = new Set(live);
    const published = documents.take(upTo);
    yield {
      live,
      gone: published.map(({ key }) => key as number).filter((key) => !isLive.has(key)),
      publishedVersions: new Map(published.map(({ key, versions }) => [key as number, versions["servable"] ?? 0n])),
    };
    if (upTo === undefined) return;
  }
}

/** Keys after which ranges of about equal numbers of ads end; the last range has no end. */
export async function rangesOf(snapshot: Snapshot, adsPerRange: number): Promise<readonly KeyRange[]> {
  const ranges: KeyRange[] = [];
  let after: number | undefined;
  for (;;) {
    const rows = await snapshot.page(AdKeys, { after, rowsMax: adsPerRange });
    const upTo = rows.length < adsPerRange ? undefined : (rows.at(-1)?.key as number);
    ranges.push({ after, upTo });
    if (upTo === undefined) return ranges;
    after = upTo;
  }
}

class Scan {
  readonly #snapshot: Snapshot;
  readonly #read: AnyRead;
  readonly #rowsMax: number;
  readonly #upTo: number | undefined;
  #after: number | undefined;
  #rows: readonly RepoRow[] = [];
  #hasEnded = false;

  constructor(snapshot: Snapshot, of: AnyRead, { after, upTo, rowsMax }: KeyRange & { readonly rowsMax: number }) {
    this.#snapshot = snapshot;
    this.#read = of;
    this.#rowsMax = rowsMax;
    this.#upTo = upTo;
    this.#after = after;
  }

  /** Reads the next page when the last one was taken. */
  async fill(): Promise<void> {
    if (this.#hasEnded || this.#rows.length > 0) return;
    const rows = (await this.#snapshot.page(this.#read, {
      after: this.#after,
      rowsMax: this.#rowsMax,
    })) as readonly RepoRow[];
    const upTo = this.#upTo;
    this.#rows = upTo === undefined ? rows : rows.filter(({ key }) => (key as number) <= upTo);
    this.#after = this.#rows.at(-1)?.key as number | undefined;
    this.#hasEnded = this.#rows.length < this.#rowsMax;
  }

  /** Last key that was read; undefined when nothing comes after what is there. */
  get readUpTo(): number | undefined {
    return this.#hasEnded ? undefined : this.#after;
  }

  take(upTo: number | undefined): readonly RepoRow[] {
    const end = upTo === undefined ? -1 : this.#rows.findIndex(({ key }) => (key as number) > upTo);
    const taken = end === -1 ? this.#rows : this.#rows.slice(0, end);
    this.#rows = end === -1 ? [] : this.#rows.slice(end);
    return taken;
  }
}

function least(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || (other !== undefined && other < one) ? other : one;
}
