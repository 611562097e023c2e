/** Reads definitions that no type checker has seen: takes what is right, reports what is not. */
import type { AnyResource } from "../contract/resource.ts";
import type { AnySlot } from "../contract/slot.ts";
import type { Diagnostic, Party } from "./diagnostic.ts";
import { didYouMean } from "./near-name.ts";

/** Who a mistake belongs to, while its definition is read. */
export interface Subject {
  /** `node "rank" (owner ads-ranking)`. */
  readonly text: string;
  readonly party: Party;
}

export class DefinitionReader {
  readonly diagnostics: Diagnostic[] = [];
  /** False once a slot or a part had to be left out: what others miss may then be this one's fault. */
  whole = true;
  readonly #graph: Party;

  constructor(graph: Party) {
    this.#graph = graph;
  }

  report(subject: Subject, what: string, expected: string, found: string, hint: string): void {
    this.diagnostics.push({
      code: "TENON1002",
      rule: "sound-definition",
      severity: "error",
      graph: this.#graph.name,
      message: `${subject.text} ${what}`,
      primary: subject.party,
      secondary: subject.party.name === this.#graph.name ? [] : [this.#graph],
      detail: { expected, found },
      hint,
    });
  }

  /** A text that must be there; a stand-in where it is not. */
  text(subject: Subject, field: string, value: unknown, hint: string): string {
    if (typeof value === "string" && value.trim() !== "") return value;
    this.report(subject, `has no ${field}`, `${field}: a text`, describe(value), hint);
    return "unknown";
  }

  keys(subject: Subject, value: object, known: Readonly<Record<string, true>>): void {
    for (const key of Object.keys(value)) {
      if (Object.hasOwn(known, key)) continue;
      const hint = `${didYouMean(key, Object.keys(known))}remove it: nothing reads it`;
      this.report(subject, `has an unknown field "${key}"`, "a field of the contract", `"${key}"`, hint);
    }
  }

  /** Slots of a list field, without what is no slot and without repetitions of what `taken` holds. */
  slots(subject: Subject, field: string, value: unknown, taken: Map<string, string>): readonly AnySlot[] {
    return this.#tokens(subject, field, value, taken, isSlot, "slot") as readonly AnySlot[];
  }

  resources(subject: Subject, field: string, value: unknown): readonly AnyResource[] {
    return this.#tokens(subject, field, value, new Map(), isResource, "resource") as readonly AnyResource[];
  }

  #tokens(
    subject: Subject,
    field: string,
    value: unknown,
    taken: Map<string, string>,
    isToken: (value: unknown) => value is { readonly name: string },
    kind: string,
  ): readonly { readonly name: string }[] {
    if (!Array.isArray(value)) {
      this.whole = false;
      const hint = `write ${field}: [ … ] with imported ${kind}s`;
      this.report(subject, `has ${field} that is no list`, `a list of ${kind}s`, describe(value), hint);
      return [];
    }
    return value.filter((token: unknown, index) => {
      if (!isToken(token)) {
        this.whole = false;
        const what = `has something in ${field}[${index}] that is no ${kind}`;
        this.report(
          subject,
          what,
          `what ${kind}() returned`,
          describe(token),
          `import the ${kind}, do not name it by a text`,
        );
        return false;
      }
      const where = taken.get(token.name);
      taken.set(token.name, field);
      if (where === undefined) return true;
      const places = where === field ? `twice in ${field}` : `in ${where} and in ${field}`;
      this.report(subject, `lists ${kind} "${token.name}" ${places}`, "each once", places, "remove one of the two");
      return false;
    });
  }
}

export function isSlot(value: unknown): value is AnySlot {
  return isRecord(value) && value.kind === "slot" && typeof value.name === "string" && isRecord(value.tags);
}

function isResource(value: unknown): value is AnyResource {
  return isRecord(value) && value.kind === "resource" && typeof value.name === "string";
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

/** `the text "x"`, `nothing`, `a list`: for `found`. */
export function describe(value: unknown): string {
  if (value === undefined || value === null) return "nothing";
  if (typeof value === "string") return value === "" ? "an empty text" : `the text "${value}"`;
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "an object";
  return typeof value === "function" ? "a function" : `${typeof value} ${String(value)}`;
}
