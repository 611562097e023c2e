import type { Report, SourceFile, SourceFinding, SourceRule } from "./finding.ts";
import { nodeFolderOf } from "./node-folder.ts";
import { sourceRules } from "./rules/rules.ts";
import { type ParsedSource, parseSource } from "./syntax/parse-source.ts";

/** Silences an arguable rule for the line it stands on or above, with a reason: `// tenon-allow TENON1913: …`. */
const ALLOWED = /^\s*tenon-allow\s+(TENON19\d\d):\s*\S/;

/**
 * Checks one source file of a node, and returns every finding in the order of the text.
 *
 * Works on the syntax of the one file: what it cannot see (a helper in another file, a value typed `any`) is caught by
 * the freezers and checksums of `runChecked`. Never throws; a file that cannot be read as TypeScript is a finding.
 */
export function checkSource(input: SourceFile): readonly SourceFinding[] {
  let source: ParsedSource;
  try {
    source = parseSource(input);
  } catch (error) {
    return [findingOf(input, UNREADABLE, unreadable(error))];
  }
  const allowed = allowancesIn(source);
  const findings: SourceFinding[] = [];
  for (const rule of sourceRules) {
    for (const report of rule.find(source)) {
      const finding = findingOf(input, rule, report);
      if (!(rule.arguable && allowed.has(`${rule.code}:${finding.line}`))) findings.push(finding);
    }
  }
  return findings.sort(
    (one, other) => one.line - other.line || one.column - other.column || (one.code < other.code ? -1 : 1),
  );
}

const UNREADABLE: SourceRule = { name: "unreadable-source", code: "TENON1900", arguable: false, find: () => [] };

function unreadable(error: unknown): Report {
  const message = error instanceof Error ? error.message : String(error);
  return {
    at: 0,
    does: "has a source that cannot be run as it is",
    other: { kind: "resource", name: "Node type stripping", label: "reads erasable TypeScript only" },
    detail: {
      expected: "TypeScript whose types can be erased: no enum, namespace or parameter property",
      found: message,
    },
    hint: "mend the syntax; replace an enum by a union of strings",
  };
}

function findingOf(input: SourceFile, rule: SourceRule, report: Report): SourceFinding {
  const before = input.text.slice(0, report.at).split("\n");
  const line = before.length;
  const column = (before.at(-1)?.length ?? 0) + 1;
  const node = nodeFolderOf(input.file);
  const owner = input.owner;
  const name = node ?? input.file;
  const subject = `${node === undefined ? "file" : "node"} "${name}"${owner === undefined ? "" : ` (owner ${owner})`}`;
  return {
    code: rule.code,
    rule: rule.name,
    severity: "error",
    message: `${subject} ${report.does}`,
    primary: { kind: "node", name, owner, place: { file: input.file, line, column }, label: report.does },
    secondary: [report.other],
    detail: report.detail,
    hint: report.hint,
    file: input.file,
    line,
    column,
    node,
    owner,
  };
}

/** `code:line` of every line that a comment with a reason excuses: its own and the next. */
function allowancesIn(source: ParsedSource): ReadonlySet<string> {
  const allowed = new Set<string>();
  for (const { start, text } of source.comments) {
    const code = ALLOWED.exec(text)?.[1];
    if (code === undefined) continue;
    const line = source.input.text.slice(0, start).split("\n").length;
    allowed.add(`${code}:${line}`).add(`${code}:${line + 1}`);
  }
  return allowed;
}
