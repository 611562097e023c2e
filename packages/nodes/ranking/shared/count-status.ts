import type { FeatureStatus } from "@tenon/graph-core";

/** Why a count of the user is there or not. Zero is an answer; a read that was cut, or a user we may not know, is not. */
export const COUNT_STATUS = {
  known: "ok",
  unknownUser: "missing",
  unavailable: "timeout",
} as const satisfies Readonly<Record<"known" | "unknownUser" | "unavailable", FeatureStatus>>;
