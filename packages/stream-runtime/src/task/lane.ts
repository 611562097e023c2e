import type { Lane } from "@tenon/storage-repo/api";

export type { Lane };

/** Priority classes of work, most urgent first. */
export const LANES: readonly Lane[] = ["high", "medium", "low"];
