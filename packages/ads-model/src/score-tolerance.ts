/**
 * How far a score may move between two versions of the code and count as the same in a dev run's report: a thousand-millionth of
 * itself. A sum in another order differs by a few units in the last place (1e-16), a change of a formula, a model or a feature by far
 * more. Declared where scores leave a model: `.meta(SCORE_TOLERANCE)`. What they decide (order, prices, ids) is compared exactly, and
 * so is every feature that a model reads.
 */
export const SCORE_TOLERANCE = { tolerance: { relative: 1e-9 } } as const;

/** The same for the margins of a model's scores; its version and the digest of what it scored stay exact. */
export const MARGIN_TOLERANCE = { columns: { margins: SCORE_TOLERANCE } } as const;
