import { GraphError } from "../contract/error.ts";

/** All errors of columns, batches and snapshots, so that the words of one kind of mistake stand in one place. */

export function rowOutOfRange(kind: string, row: number, length: number): GraphError {
  return new GraphError(`row ${row} is outside ${kind} of ${length} rows`, {
    code: "TENON1150",
    category: "node",
    detail: `expected an integer row from 0 to ${length - 1}, found ${row}`,
    hint: "use rows of the batch the column belongs to; a column of an earlier batch is aligned with batch.align(column, of)",
  });
}

export function writerSealed(type: string): GraphError {
  return new GraphError(`${type} writer was used after seal()`, {
    code: "TENON1151",
    category: "node",
    detail: "expected no call after seal(): the sealed column owns the values now",
    hint: "set every row first, then seal once; for a changed column fill a new writer",
  });
}

export function valueNotOfType(type: string, row: number, value: unknown, expected: string): GraphError {
  return new GraphError(`row ${row} of ${type} column cannot hold ${String(value)}`, {
    code: "TENON1154",
    category: "node",
    detail: `expected ${expected}, found ${String(value)}`,
    hint: "round or clamp the value on purpose, or use a wider column type",
  });
}

export function columnDoesNotFit(name: string, found: number, expected: number): GraphError {
  return new GraphError(`column "${name}" has ${found} rows but its batch has ${expected}`, {
    code: "TENON1155",
    category: "node",
    detail: `expected ${expected} rows, found ${found}`,
    hint: "a column of an earlier batch is aligned with batch.align(column, of)",
  });
}

export function columnExists(name: string): GraphError {
  return new GraphError(`batch has a column "${name}" already`, {
    code: "TENON1156",
    category: "node",
    detail: "expected a new name: columns are appended, never replaced",
    hint: "give the new values a name of their own; both stay readable and comparable",
  });
}

export function notAnAncestor(): GraphError {
  return new GraphError("the column's batch is not one this batch was selected from", {
    code: "TENON1157",
    category: "node",
    detail: "expected `of` to be this batch or one that led to it by select() and with()",
    hint: "read the batch slot the column was computed for and pass that batch as `of`",
  });
}

/** Known names that a message lists: enough to see a misspelling, not the whole vocabulary. */
const NAMES_SHOWN_MAX = 12;

export function unknownName(kind: string, name: string, known: readonly string[]): GraphError {
  const shown = known.slice(0, NAMES_SHOWN_MAX).map((each) => `"${each}"`);
  const more = known.length > shown.length ? `, … (${known.length} in all)` : "";
  return new GraphError(`no ${kind} "${name}"`, {
    code: "TENON1158",
    category: "node",
    detail: shown.length === 0 ? "there is none" : `expected one of ${shown.join(", ")}${more}`,
    hint: `check the spelling, or declare the ${kind}`,
  });
}

export function featureMisfit(feature: string, expected: string, found: string): GraphError {
  return new GraphError(`feature "${feature}" cannot be set: expected ${expected}, found ${found}`, {
    code: "TENON1159",
    category: "node",
    detail: `expected ${expected}, found ${found}`,
    hint: "absence is told by a status (missing, timeout), never by a number; otherwise mend the value or the declaration",
  });
}

export function badFeatureSchema(schema: string, problem: string, hint: string): GraphError {
  return new GraphError(`feature schema "${schema}": ${problem}`, { code: "TENON1160", category: "definition", hint });
}

export function undecodable(what: string, problem: string): GraphError {
  return new GraphError(`cannot decode ${what}: ${problem}`, {
    code: "TENON1161",
    category: "input",
    hint: "decode with the schema of the fingerprint the bytes were written with; otherwise the bytes were damaged",
  });
}

export function duplicateId(id: number, first: number, second: number): GraphError {
  return new GraphError(`batch holds candidate ${id} twice: rows ${first} and ${second}`, {
    code: "TENON1164",
    category: "node",
    detail: "expected every id once",
    hint: "merge sources with a named policy (unionById) before building the batch; select each row once",
  });
}
