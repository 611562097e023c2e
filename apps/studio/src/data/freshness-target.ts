/** By class of data: from the change at its source until requests see it, ms. Pages ring at six times that. */
export const FRESHNESS_TARGET_MS: Readonly<Record<string, number>> = { control: 10_000, content: 3_600_000 };
