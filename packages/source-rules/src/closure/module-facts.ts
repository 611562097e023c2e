import { createHash } from "node:crypto";
import { type Program, parse, tokenizer } from "acorn";
import { stripTypes } from "../syntax/strip-types.ts";

/** What a module takes, hands on and gives, and a digest of its code. */
export interface ModuleFacts {
  /** Sources with the names taken from them; `undefined` for all of them. */
  readonly imports: readonly { readonly source: string; readonly names: readonly string[] | undefined }[];
  /** `export { name as as } from source`; without `as` all that the source exports. */
  readonly handsOn: readonly { readonly source: string; readonly name: string; readonly as: string | undefined }[];
  readonly exports: readonly string[];
  /** It runs nothing of its own. */
  readonly handsOnOnly: boolean;
  /** Of its words: comments, blanks and types are left out. */
  readonly digest: string;
}

const OPTIONS = { ecmaVersion: "latest", sourceType: "module" } as const;

/** Reads one module. A text that is no module has no imports, and its characters as its words. */
export function moduleFacts(text: string): ModuleFacts {
  try {
    const code = stripTypes(text);
    return factsOf(parse(code, OPTIONS), wordsOf(code));
  } catch {
    return { imports: [], handsOn: [], exports: [], handsOnOnly: false, digest: digestOf(text) };
  }
}

function factsOf({ body }: Program, words: string): ModuleFacts {
  const imports: ModuleFacts["imports"][number][] = [];
  const handsOn: ModuleFacts["handsOn"][number][] = [];
  const exports: string[] = [];
  for (const statement of body) {
    if (statement.type === "ImportDeclaration") {
      const names = statement.specifiers.flatMap((each) => {
        if (each.type === "ImportSpecifier") return [nameOf(each.imported)];
        return each.type === "ImportDefaultSpecifier" ? ["default"] : [undefined];
      });
      const isWhole = names.length === 0 || names.includes(undefined);
      imports.push({ source: textOf(statement.source), names: isWhole ? undefined : (names as string[]) });
    } else if (statement.type === "ExportAllDeclaration") {
      const source = textOf(statement.source);
      imports.push({ source, names: undefined });
      if (statement.exported == null) handsOn.push({ source, name: "*", as: undefined });
      else exports.push(nameOf(statement.exported));
    } else if (statement.type === "ExportNamedDeclaration" && statement.source != null) {
      const source = textOf(statement.source);
      imports.push({ source, names: statement.specifiers.map(({ local }) => nameOf(local)) });
      for (const { local, exported } of statement.specifiers) {
        handsOn.push({ source, name: nameOf(local), as: nameOf(exported) });
      }
    } else if (statement.type === "ExportNamedDeclaration") {
      exports.push(...statement.specifiers.map(({ exported }) => nameOf(exported)));
      const { declaration } = statement;
      if (declaration?.type === "VariableDeclaration") {
        exports.push(...declaration.declarations.flatMap(({ id }) => (id.type === "Identifier" ? [id.name] : [])));
      } else if (declaration != null) exports.push(declaration.id.name);
    } else if (statement.type === "ExportDefaultDeclaration") exports.push("default");
  }
  const handsOnOnly =
    body.length > 0 &&
    body.every((each) => "source" in each && each.source != null && each.type !== "ImportDeclaration");
  return { imports, handsOn, exports, handsOnOnly, digest: digestOf(words) };
}

function wordsOf(code: string): string {
  const words: string[] = [];
  for (const { start, end } of tokenizer(code, OPTIONS)) words.push(code.slice(start, end));
  return words.join(" ");
}

function nameOf(name: { readonly type: string }): string {
  const { name: identifier, value } = name as { readonly name?: string; readonly value?: unknown };
  return identifier ?? String(value);
}

function textOf({ value }: { readonly value?: unknown }): string {
  return String(value);
}

function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}
