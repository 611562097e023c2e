/** Where in a partition somebody wants to be: `earliest`, `end`, an offset, a time, or so long ago. */
import { type EventLog, offsetAt, type PartitionOffsets } from "@tenon/event-log/api";
import { cliError } from "../cli-error.ts";
import { timeText } from "./words.ts";

export type Place =
  | { readonly kind: "earliest" }
  | { readonly kind: "end" }
  | { readonly kind: "offset"; readonly offset: number }
  | { readonly kind: "time"; readonly timeMs: number };

const AGO_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** @throws GraphError TENON1719 */
export function readPlace(text: string, nowMs: number): Place {
  if (text === "earliest" || text === "end") return { kind: text };
  if (/^\d{1,15}$/.test(text)) return { kind: "offset", offset: Number(text) };
  const ago = /^(\d{1,9})([smhd])$/.exec(text);
  if (ago !== null) return { kind: "time", timeMs: nowMs - Number(ago[1]) * (AGO_MS[ago[2] ?? "s"] ?? 0) };
  const timeMs = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isFinite(timeMs)) return { kind: "time", timeMs };
  throw cliError("wrongPlace", {
    message: `"${text}" is no place in a log`,
    detail: "expected earliest, end, an offset, a time such as 2026-05-01T12:00Z, or 30m, 2h, 1d for so long ago",
    hint: "`tenon log topics TOPIC` lists the offsets there are",
  });
}

export function placeText(place: Place): string {
  if (place.kind === "offset") return `offset ${place.offset}`;
  return place.kind === "time" ? `what the log took from ${timeText(place.timeMs)} on` : place.kind;
}

/** @throws GraphError TENON1719 for an offset that the partition does not have */
export async function offsetOfPlace(log: EventLog, place: Place, at: PartitionOffsets): Promise<number> {
  if (place.kind === "earliest") return at.earliest;
  if (place.kind === "end") return at.end;
  if (place.kind === "time") return offsetAt(log, { topic: at.topic, partition: at.partition }, place.timeMs);
  if (place.offset >= at.earliest && place.offset <= at.end) return place.offset;
  throw cliError("wrongPlace", {
    message: `partition ${at.partition} of topic "${at.topic}" has no offset ${place.offset}`,
    detail: `expected ${at.earliest} to ${at.end}`,
    hint: "`earliest` and `end` name its bounds",
  });
}

/** Partitions asked for, all of them by default. @throws GraphError TENON1719 */
export function chosenPartitions(
  topic: string,
  offsets: readonly PartitionOffsets[],
  partition: number | undefined,
): readonly PartitionOffsets[] {
  if (partition === undefined) return offsets;
  const chosen = offsets.filter((each) => each.partition === partition);
  if (chosen.length > 0) return chosen;
  throw cliError("wrongPlace", {
    message: `topic "${topic}" has no partition ${partition}`,
    detail: `it has ${offsets.map((each) => each.partition).join(", ")}`,
    hint: "name one of them, or leave --partition out for all",
  });
}

/** An offset is of one partition. @throws GraphError TENON1719 */
export function requireOnePartition(place: Place, partitions: readonly unknown[], option: string): void {
  if (place.kind !== "offset" || partitions.length <= 1) return;
  throw cliError("wrongPlace", {
    message: `offset ${place.offset} of which partition?`,
    detail: `${option} is an offset, and ${partitions.length} partitions are concerned: each counts its own`,
    hint: "name it with --partition N, or give a time",
  });
}
