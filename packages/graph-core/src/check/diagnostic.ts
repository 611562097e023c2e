import type { Place } from "../contract/place.ts";

/** Something a diagnostic speaks about. Both sides of a conflict are parties, each with its owner. */
export interface Party {
  readonly kind: "graph" | "node" | "slot" | "resource" | "feature" | "owner";
  readonly name: string;
  readonly owner?: string | undefined;
  readonly place?: Place | undefined;
  /** What this party does in the story: `"writes it too"`, `"reads it"`. */
  readonly label?: string | undefined;
}

/** An edit that can be applied without thinking. */
export interface Fix {
  readonly place: Place;
  readonly replace: string;
  readonly with: string;
}

/** One cause, one diagnostic. Words come from the rule; renderers only lay them out. */
export interface Diagnostic {
  readonly code: `TENON1${string}`;
  /** Name of the rule that found it, kebab-case. */
  readonly rule: string;
  readonly severity: "error" | "warning";
  /** Name of the graph. */
  readonly graph: string;
  /** What is wrong, with kind and quoted name of each party and its owner. */
  readonly message: string;
  /** The declaration that is wrong. */
  readonly primary: Party;
  /** The other sides: the conflicting writer, the readers left without a value. */
  readonly secondary: readonly Party[];
  readonly detail?: { readonly expected: string; readonly found: string } | undefined;
  /** The edit to make. */
  readonly hint: string;
  readonly fix?: Fix | undefined;
}
