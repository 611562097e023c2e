/** Where a declaration stands in a source file. Lines and columns count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

const FRAME = /\(?((?:file:\/\/)?\/[^():]+|[A-Za-z]:[^():]+|file:\/\/[^():]+):(\d+):(\d+)\)?$/;

/**
 * The place of the call `framesUp` frames above the caller, or `undefined` where the engine gives no usable stack.
 * Costs a stack capture, so it is for definitions (`slot`, `node`, `graph`), never for a request.
 */
export function callerPlace(framesUp: number): Place | undefined {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = framesUp + 2;
  const stack = new Error().stack;
  Error.stackTraceLimit = limit;
  const frame = stack?.split("\n")[framesUp + 2]?.trim();
  const match = frame === undefined ? null : FRAME.exec(frame);
  if (match === null) return undefined;
  const [, file = "", line = "1", column = "1"] = match;
  const path = file.startsWith("file://") ? decodeURIComponent(new URL(file).pathname) : file;
  return { file: path, line: Number(line), column: Number(column) };
}
