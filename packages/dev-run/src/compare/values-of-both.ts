import type { SlotKey } from "@tenon/graph-core";
import type { EntryValues } from "../versions/protocol.ts";
import type { Compared, ComparedEntry } from "./compared.ts";
import { placeKey } from "./place-key.ts";

export interface BothValues {
  readonly entry: ComparedEntry;
  readonly base: EntryValues;
  readonly head: EntryValues;
}

/** Values of some slots of some entries in both versions, in the order of `entries`. */
export async function valuesOfBoth(
  { baseVersion, headVersion }: Pick<Compared, "baseVersion" | "headVersion">,
  entries: readonly ComparedEntry[],
  slots: readonly SlotKey[],
): Promise<readonly BothValues[]> {
  if (entries.length === 0 || slots.length === 0) return [];
  const question = { kind: "values", entries: entries.map(({ place }) => place), slots } as const;
  const [base, head] = await Promise.all([
    baseVersion.each<EntryValues>(question),
    headVersion.each<EntryValues>(question),
  ]);
  const [ofBase, ofHead] = [base, head].map((all) => new Map(all.map((each) => [placeKey(each.place), each])));
  return entries.flatMap((entry) => {
    const [left, right] = [ofBase?.get(placeKey(entry.place)), ofHead?.get(placeKey(entry.place))];
    return left === undefined || right === undefined ? [] : [{ entry, base: left, head: right }];
  });
}
