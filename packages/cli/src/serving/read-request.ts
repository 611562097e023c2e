import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { cliError } from "../cli-error.ts";
import type { Terminal } from "../terminal.ts";

/** Larger bodies are refused by the host too. */
const REQUEST_BYTES_MAX = 256 * 1024;

/**
 * The request of a file, or of standard input for `-`, as JSON; its form is the host's to judge.
 *
 * @throws GraphError TENON1704 when it cannot be read or is no JSON object
 */
export async function readRequest(file: string, terminal: Terminal): Promise<Readonly<Record<string, unknown>>> {
  const text = await textOf(file, terminal);
  const from = file === "-" ? "standard input" : file;
  if (Buffer.byteLength(text) > REQUEST_BYTES_MAX) {
    throw unreadable(from, `it has more than ${REQUEST_BYTES_MAX} bytes`, undefined);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw unreadable(from, `it is no JSON: ${(cause as Error).message}`, cause);
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw unreadable(
    from,
    `expected one JSON object, found ${Array.isArray(value) ? "a list" : JSON.stringify(value)}`,
    undefined,
  );
}

async function textOf(file: string, terminal: Terminal): Promise<string> {
  if (file === "-") return terminal.readInput();
  try {
    return readFileSync(resolve(terminal.folder, file), "utf8");
  } catch (cause) {
    throw unreadable(file, (cause as Error).message, cause);
  }
}

function unreadable(from: string, problem: string, cause: unknown): Error {
  return cliError("unreadableRequest", {
    message: `the request in ${from} cannot be read`,
    detail: problem,
    hint: 'send the body of POST /v1/ads; `tenon run --sample 0 --json` shows one under "request"',
    cause,
  });
}
