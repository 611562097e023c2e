/** Rows in COPY's text format. */

/** Bytes per chunk handed to the connection: large enough that a message's head costs nothing. */
const CHUNK_CHARACTERS = 65_536;
const ESCAPED = /[\\\n\r\t]/g;
const ESCAPES: Readonly<Record<string, string>> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** One line per row; `null` and `undefined` are NULL, objects are JSON. */
export function* copyChunks(rows: Iterable<readonly unknown[]>): Generator<Uint8Array> {
  let text = "";
  for (const row of rows) {
    text += `${row.map(copyField).join("\t")}\n`;
    if (text.length < CHUNK_CHARACTERS) continue;
    yield Buffer.from(text);
    text = "";
  }
  if (text !== "") yield Buffer.from(text);
}

function copyField(value: unknown): string {
  if (value === null || value === undefined) return "\\N";
  const text = typeof value === "string" ? value : typeof value === "object" ? JSON.stringify(value) : String(value);
  return text.replace(ESCAPED, (character) => ESCAPES[character] as string);
}
