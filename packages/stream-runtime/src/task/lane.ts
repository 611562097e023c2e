/** Priority classes of work, most urgent first. */
export const LANES = ["high", "medium", "low"] as const;
export type Lane = (typeof LANES)[number];
