/** A file above this many lines holds more than one thing; the house style says to look again at 400. */
export const LINES_MAX = 450;

/** Files that may be longer, each with the reason. Generated files say so in their first line and need no entry. */
export const oversizeReasons: Readonly<Record<string, string>> = {};
