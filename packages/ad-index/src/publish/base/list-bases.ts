import type { ObjectStore } from "../store/object-store.ts";
import { type Catalogue, historyNeededFrom, readCatalogue, type Swap } from "./catalogue.ts";
import { readManifest } from "./check-files.ts";
import type { BaseManifest, BaseWatermark } from "./manifest.ts";

export interface ListedBase {
  readonly manifest: BaseManifest;
  readonly publishedAtMs: number;
  readonly isCurrent: boolean;
}

export interface BaseList {
  /** Newest first. */
  readonly bases: readonly ListedBase[];
  readonly publishing: Catalogue["publishing"];
  /** Newest first. */
  readonly history: readonly Swap[];
  /** The change history has to be kept from here on, so that every listed base can be gone back to. */
  readonly historyNeededFrom: BaseWatermark | undefined;
}

/** Every base that may be gone back to. */
export async function listBases(store: ObjectStore): Promise<BaseList> {
  const catalogue = await readCatalogue(store);
  const bases: ListedBase[] = [];
  for (const kept of catalogue.bases.toReversed()) {
    const manifest = await readManifest(store, kept);
    bases.push({ manifest, publishedAtMs: kept.publishedAtMs, isCurrent: kept.name === catalogue.current });
  }
  const { publishing, history } = catalogue;
  return { bases, publishing, history, historyNeededFrom: historyNeededFrom(catalogue) };
}
