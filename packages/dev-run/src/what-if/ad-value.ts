import { CandidateBatch, type Column, type GraphError, ModelScores, type SlotKey } from "@tenon/graph-core";
import { isColumn } from "@tenon/graph-core/internal";
import { type AnyExecutor, producerOf } from "../replay/graph-facts.ts";
import type { ObservedRun } from "../replay/run-recorded.ts";
import { wrongEdit } from "./apply-edit.ts";
import type { AdEdit } from "./edit.ts";

/** One ad's value in a slot of a run. @throws GraphError TENON2005 where the slot has none */
export function adValue(
  executor: AnyExecutor,
  { values }: ObservedRun,
  adId: number,
  place: Pick<AdEdit, "slot" | "column">,
): number | string | bigint {
  const value = values.get(place.slot)?.value;
  const of = producerOf(executor, place.slot)?.wired.of;
  const batch = value instanceof CandidateBatch ? value : (values.get(of ?? "")?.value as CandidateBatch | undefined);
  const column = columnIn(value, place.column);
  const row = batch?.rowOfId(adId) ?? -1;
  if (column === undefined || batch?.size !== column.length || row === -1) throw noValue(place.slot, adId);
  return column.at(row);
}

function columnIn(value: unknown, name: string | undefined): Column | undefined {
  if (value instanceof CandidateBatch) return name !== undefined && value.has(name) ? value.column(name) : undefined;
  if (value instanceof ModelScores) return value.margins;
  if (isColumn(value)) return value;
  const field = (value as Readonly<Record<string, unknown>> | undefined)?.[name ?? ""];
  return isColumn(field) ? field : undefined;
}

function noValue(slot: SlotKey, adId: number): GraphError {
  return wrongEdit({ slot }, `ad ${adId} has no value there in this run`, {
    detail: "the ad was dropped before, or never retrieved; or the slot holds no such column",
    hint: "`tenon replay CORPUS ID --explain AD` shows how far it came",
  });
}
