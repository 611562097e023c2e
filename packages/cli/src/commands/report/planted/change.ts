/** A change of the repository's sources, as a pull request would make it: in a copy, never in the tree. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** What becomes of one file. */
export interface Edit {
  readonly file: string;
  /** Its new text, `null` for none; `textOf` reads a file as the edits before left it. */
  readonly make: (textOf: (file: string) => string) => string | null;
}

export interface PlantedChange {
  readonly name: string;
  /** In the order in which they are made. */
  readonly edits: readonly Edit[];
}

/** A change with the node that the report must name first, and its owner. */
export interface TrueChange extends PlantedChange {
  readonly node: string;
  readonly owner: string;
  readonly kind?: string;
  /** Words that a cause of the finding must hold. */
  readonly cause?: string;
}

/** Replaces a text that stands in the file once. */
export function replace(file: string, find: string, by: string): Edit {
  return rewrite(file, (text) => {
    if (text.split(find).length === 2) return text.replace(find, () => by);
    throw new Error(`a planted change does not fit ${file}: ${JSON.stringify(find)} is not there once`);
  });
}

/** The same in the file of a node. */
export function inNode(node: string, find: string, by: string): Edit {
  return replace(nodeFile(node), find, by);
}

/** @param node stage and folder, as in `auction/score-bids` */
export function nodeFile(node: string): string {
  return `packages/nodes/${node}/${node.split("/").at(-1)}.ts`;
}

export function rewrite(file: string, change: (text: string) => string): Edit {
  return { file, make: (textOf) => change(textOf(file)) };
}

export function add(file: string, text: string): Edit {
  return { file, make: () => text };
}

export function move(from: string, to: string): readonly Edit[] {
  return [
    { file: to, make: (textOf) => textOf(from) },
    { file: from, make: () => null },
  ];
}

/** Makes the change below `root` and gives what takes it back. @throws Error where it does not fit; then nothing is changed */
export function plant(root: string, { edits }: PlantedChange): () => void {
  const before = new Map<string, string | null>();
  const undo = () => {
    for (const [file, text] of before) write(root, file, text);
  };
  try {
    for (const { file, make } of edits) {
      const text = make((each) => readFileSync(join(root, each), "utf8"));
      if (!before.has(file)) before.set(file, textOrNull(root, file));
      write(root, file, text);
    }
    return undo;
  } catch (error) {
    undo();
    throw error;
  }
}

function write(root: string, file: string, text: string | null): void {
  const path = join(root, file);
  if (text === null) rmSync(path, { force: true });
  else {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}

function textOrNull(root: string, file: string): string | null {
  try {
    return readFileSync(join(root, file), "utf8");
  } catch {
    return null;
  }
}
