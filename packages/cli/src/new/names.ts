import { cliError } from "../cli-error.ts";

const KEBAB = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/** `score-freshness` → `scoreFreshness`. */
export function camelCase(kebab: string): string {
  return kebab.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}

/** `score-freshness` → `ScoreFreshness`. */
export function pascalCase(name: string): string {
  const camel = camelCase(name);
  return camel.charAt(0).toUpperCase() + camel.slice(1);
}

/** `ScoreFreshness` → `scoreFreshness`: a slot's name from its token's. */
export function slotName(token: string): string {
  return token.charAt(0).toLowerCase() + token.slice(1);
}

/** `score-freshness` → `score freshness`. */
export function inWords(kebab: string): string {
  return kebab.replaceAll("-", " ");
}

/** @throws GraphError TENON1706 */
export function requireKebab(what: string, name: string): string {
  if (KEBAB.test(name)) return name;
  const better = name
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1-$2")
    .replaceAll(/[^A-Za-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .toLowerCase();
  throw cliError("wrongName", {
    message: `"${name}" is no name for a ${what}`,
    detail: "expected words in lower case joined by hyphens",
    hint: KEBAB.test(better) ? `did you mean "${better}"?` : `for example "score-freshness"`,
  });
}

/** @throws GraphError TENON1706 */
export function requireToken(token: string): string {
  if (/^[A-Z][A-Za-z0-9]*$/.test(token)) return token;
  throw cliError("wrongName", {
    message: `"${token}" is no name for a slot token`,
    detail: "expected words joined, each with a capital",
    hint: `for example "${
      pascalCase(
        token
          .replaceAll(/[^A-Za-z0-9]+/g, "-")
          .replace(/^-/, "")
          .toLowerCase(),
      ) || "AdScores"
    }"`,
  });
}

/** @throws GraphError TENON1706 naming the teams there are */
export function requireOwner(owner: string, names: readonly string[] | undefined, near: string | undefined): void {
  if (names === undefined || names.includes(owner)) return;
  throw cliError("wrongName", {
    message: `there is no team "${owner}"`,
    detail: `owners.json lists ${names.join(", ")}`,
    hint: near ?? "name a team of the list, or add yours to owners.json and run `npm run owners`",
  });
}

/** The order in which the formatter wants imported names: letter by letter, a capital before its small letter. */
export function byImportOrder(one: string, other: string): number {
  for (let at = 0; at < Math.min(one.length, other.length); at += 1) {
    const [left, right] = [one.charAt(at), other.charAt(at)];
    if (left === right) continue;
    const [small, smallOther] = [left.toLowerCase(), right.toLowerCase()];
    return (small === smallOther ? left < right : small < smallOther) ? -1 : 1;
  }
  return one.length - other.length;
}
