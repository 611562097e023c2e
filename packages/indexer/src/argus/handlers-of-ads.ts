import { AdGroupRow } from "@tenon/nodes";
import type { Handler } from "@tenon/stream-runtime";

/** Entity whose key a handler's work items carry. */
function ownEntity({ inputs }: Handler): string | undefined {
  return inputs.find(({ kind }) => kind === "row")?.read.entity.name;
}

/** Handlers whose work items are ads; the documents are theirs. */
export function handlersOfAds(handlers: readonly Handler[]): readonly Handler[] {
  return handlers.filter((handler) => ownEntity(handler) !== AdGroupRow.name);
}

/** Handlers whose work items are ad groups. What they derive is read by those of ads. */
export function handlersOfAdGroups(handlers: readonly Handler[]): readonly Handler[] {
  return handlers.filter((handler) => ownEntity(handler) === AdGroupRow.name);
}
