/** A change of the repository's sources, as a pull request would make it: in a copy, never in the tree. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

export interface Edit {
  readonly file: string;
  /** Text that is there once. */
  readonly find: string;
  readonly replace: string;
}

export interface PlantedChange {
  readonly name: string;
  readonly edits: readonly Edit[];
  /** Files with their whole text; `null` removes one. */
  readonly files?: Readonly<Record<string, string | null>>;
  /** For an artefact that is sealed by code. */
  readonly make?: (root: string) => Readonly<Record<string, string>>;
}

/** A change with the node that the report must name first, and its owner. */
export interface TrueChange extends PlantedChange {
  readonly node: string;
  readonly owner: string;
  readonly kind?: string;
  /** Words that a cause of the finding must hold. */
  readonly cause?: string;
}

/** Makes the change below `root` and gives what takes it back. @throws Error where an edit does not fit the sources any more */
export function plant(root: string, { name, edits, files = {}, make }: PlantedChange): () => void {
  const before = new Map<string, string | undefined>();
  const write = (file: string, text: string | null) => {
    const path = join(root, file);
    if (!before.has(file)) before.set(file, readOrNothing(path));
    if (text === null) rmSync(path);
    else {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    }
  };
  for (const { file, find, replace } of edits) {
    const text = readFileSync(join(root, file), "utf8");
    if (text.split(find).length !== 2)
      throw new Error(`change "${name}" does not fit ${file}: ${JSON.stringify(find)} is not there once`);
    write(
      file,
      text.replace(find, () => replace),
    );
  }
  for (const [file, text] of Object.entries({ ...files, ...make?.(root) })) write(file, text);
  return () => {
    for (const [file, text] of before) {
      if (text === undefined) rmSync(join(root, file));
      else writeFileSync(join(root, file), text);
    }
  };
}

function readOrNothing(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
