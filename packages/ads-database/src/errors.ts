/** What the advertisers' database refuses, in one place so that the words agree. */
import { GraphError } from "@tenon/graph-core";

interface Facts {
  readonly category: "input" | "resource" | "invariant";
  readonly expected: string;
  readonly found: string;
  readonly hint: string;
  readonly cause?: unknown;
}

function adsError(code: `TENON1${string}`, message: string, { expected, found, ...facts }: Facts): GraphError {
  return new GraphError(message, { code, ...facts, detail: `expected ${expected}, found ${found}` });
}

/** TENON1577: more rows are asked for than may wait. */
export function tooManyAsks(found: number, max: number): GraphError {
  return adsError("TENON1577", "too many rows of the advertisers' database are asked for at once", {
    category: "resource",
    expected: `at most ${max} asks that wait`,
    found: String(found),
    hint: "wait for earlier rows before asking for more, or read whole tables with pages()",
  });
}

/** TENON1579: a marketplace is loaded into tables that hold rows. */
export function notEmpty(table: string): GraphError {
  return adsError("TENON1579", "a marketplace is loaded into an empty database only", {
    category: "input",
    expected: "no rows in the tables of the schema ads",
    found: `rows in ${table}`,
    hint: "load it into a new database: rows of two marketplaces would mix",
  });
}
