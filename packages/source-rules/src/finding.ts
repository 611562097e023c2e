import type { Diagnostic, Party } from "@tenon/graph-core";
import type { ParsedSource } from "./syntax/parse-source.ts";

/** One source file of a node folder. */
export interface SourceFile {
  /** Path as it should appear in findings; the node folder is read from it, see {@link nodeFolderOf}. */
  readonly file: string;
  readonly text: string;
  /** Owner of the node folder, from its contract. Findings name it. */
  readonly owner?: string | undefined;
  /** Owner of another node folder, by its path, for findings about two nodes. */
  readonly ownerOf?: ((nodeFolder: string) => string | undefined) | undefined;
  /** Owner of a slot or resource, by its name, for findings about a write to it. */
  readonly ownerOfSlot?: ((kind: "slot" | "resource", name: string) => string | undefined) | undefined;
  /** Team that owns the process a node runs in: the other party when a node reaches around the graph. */
  readonly hostOwner?: string | undefined;
}

/** A mistake in a node's source. Shaped like a graph check's diagnostic, so that the same renderers draw both. */
export interface SourceFinding extends Omit<Diagnostic, "graph"> {
  readonly file: string;
  /** Counts from 1. */
  readonly line: number;
  /** Counts from 1. */
  readonly column: number;
  /** Node folder as `stage/node-name`; `undefined` for a file beside the folders, as `stage/slots.ts`. */
  readonly node: string | undefined;
  readonly owner: string | undefined;
}

/** What a rule reports; code, rule name, place and owner are added by `checkSource`. */
export interface Report {
  /** Offset in the text. */
  readonly at: number;
  /** What the node does, continuing `node "x" (owner y) …`. */
  readonly does: string;
  /** The other party: what is read, written or called. */
  readonly other: Party;
  readonly detail?: Diagnostic["detail"];
  readonly hint: string;
}

/** One rule finds one class of mistakes. */
export interface SourceRule {
  readonly name: string;
  readonly code: `TENON19${string}`;
  /** `true` where the rule judges by the form of the code and may err: a comment with a reason can then silence it. */
  readonly arguable: boolean;
  readonly find: (source: ParsedSource) => Iterable<Report>;
}
