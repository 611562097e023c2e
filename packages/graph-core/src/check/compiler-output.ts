/** One error of the TypeScript compiler, as `tsc --pretty false` prints it. */
export interface CompilerError {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** `2540` for TS2540. */
  readonly code: number;
  /** The first line. */
  readonly message: string;
  /** The lines below it, which say why, without their indentation. */
  readonly because: readonly string[];
}

const ERROR_LINE = /^(.+?)\((\d+),(\d+)\): error TS(\d+): (.*)$/;

/**
 * Reads what `tsc --pretty false` printed. Other lines (counts, summaries) are left out.
 *
 * @param absolute turns a path as printed, relative to where tsc ran, into an absolute one
 */
export function readCompilerOutput(output: string, absolute: (file: string) => string): readonly CompilerError[] {
  const errors: (CompilerError & { because: string[] })[] = [];
  for (const line of output.split(/\r?\n/)) {
    const [, file, row, column, code, message] = ERROR_LINE.exec(line) ?? [];
    if (file !== undefined && message !== undefined) {
      errors.push({
        file: absolute(file),
        line: Number(row),
        column: Number(column),
        code: Number(code),
        message,
        because: [],
      });
    } else if (/^\s+\S/.test(line)) errors.at(-1)?.because.push(line.trim());
  }
  return errors;
}
