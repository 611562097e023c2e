import type { EntryPlace } from "../versions/protocol.ts";

/** A place as the key of a map. */
export function placeKey({ corpus, at }: EntryPlace): string {
  return `${corpus} ${at}`;
}
