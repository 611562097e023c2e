/** A TypeScript block of a Markdown document, and what it prints. */
export interface RunnableBlock {
  readonly document: string;
  /** Line of the opening fence, from 1. */
  readonly line: number;
  readonly code: string;
  readonly output: string;
}

const BLOCK = /^```ts\n(\/\/ runs\n[\s\S]*?)^```\n/gm;
const OUTPUT = /^\n*```text\n([\s\S]*?)^```/m;

/**
 * The blocks of a document that begin with the line `// runs`, each with the `text` block that follows it.
 *
 * @throws Error for such a block without output right below it
 */
export function runnableBlocks(document: string, text: string): readonly RunnableBlock[] {
  return [...text.matchAll(BLOCK)].map((match) => {
    const line = text.slice(0, match.index).split("\n").length;
    const below = text.slice(match.index + match[0].length);
    const output = OUTPUT.exec(below);
    if (output?.index !== 0)
      throw new Error(`the block in line ${line} of ${document} runs, and no text block follows it`);
    return { document, line, code: match[1] ?? "", output: output[1] ?? "" };
  });
}
