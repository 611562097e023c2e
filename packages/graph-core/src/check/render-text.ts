/** Diagnostics as terminal text: what, where with a code frame, who else is concerned, expected and found, the edit. */
import type { Place } from "../contract/place.ts";
import type { Diagnostic, Party } from "./diagnostic.ts";
import { shownPath } from "./shown-path.ts";

export interface DiagnosticRenderOptions {
  /** ANSI colours; off by default, as for a file or a pipe. */
  readonly color?: boolean;
  /** The text of a source file, for code frames; `undefined` where it cannot be read. Without it there are no frames. */
  readonly source?: (file: string) => string | undefined;
  /** Directory that paths are shown relative to. */
  readonly root?: string;
}

/** Parties shown one by one; a slot may have hundreds of readers. */
const PARTIES_SHOWN_MAX = 12;

const ESCAPE = String.fromCharCode(27);
const STYLES = { error: "31;1", warning: "33;1", place: "36", faint: "2", hint: "32", none: "" } as const;
type Paint = (style: keyof typeof STYLES, text: string) => string;

/**
 * One diagnostic as text, without a final newline.
 *
 * @example
 * process.stderr.write(`${renderDiagnostic(diagnostic, { source: (file) => readFileSync(file, "utf8") })}\n`);
 */
export function renderDiagnostic(diagnostic: Diagnostic, options: DiagnosticRenderOptions = {}): string {
  const paint: Paint = options.color
    ? (style, text) => (STYLES[style] === "" ? text : `${ESCAPE}[${STYLES[style]}m${text}${ESCAPE}[0m`)
    : (_style, text) => text;
  const { code, severity, message, primary, secondary, detail, hint, rule, graph } = diagnostic;
  const shown = secondary.slice(0, PARTIES_SHOWN_MAX);
  const hidden = secondary.length - shown.length;
  return [
    `${paint(severity, `${severity} ${code}`)}: ${message}`,
    ...primaryLines(primary, severity, options, paint),
    ...shown.flatMap((party) => partyLines(party, options, paint)),
    ...(hidden > 0 ? [`  and ${hidden} more`] : []),
    ...(detail === undefined ? [] : [`  expected ${detail.expected}, found ${detail.found}`]),
    `  ${paint("hint", "hint")}: ${hint}`,
    paint("faint", `  rule ${rule} in graph "${graph}"; docs/errors/${code}.md`),
  ].join("\n");
}

/** All diagnostics, a blank line between them, and a last line that counts errors and warnings. */
export function renderDiagnostics(diagnostics: readonly Diagnostic[], options: DiagnosticRenderOptions = {}): string {
  const errors = diagnostics.filter((diagnostic) => diagnostic.severity === "error").length;
  const total = `${countText(errors, "error")}, ${countText(diagnostics.length - errors, "warning")}`;
  return [...diagnostics.map((diagnostic) => renderDiagnostic(diagnostic, options)), total].join("\n\n");
}

function countText(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function primaryLines(
  party: Party,
  severity: Diagnostic["severity"],
  options: DiagnosticRenderOptions,
  paint: Paint,
): string[] {
  const { place } = party;
  if (place === undefined) return party.label === undefined ? [] : [`  ${partyText(party)}: ${party.label}`];
  const where = `  ${paint("faint", "-->")} ${paint("place", placeText(place, options))}`;
  const lines = options.source?.(place.file)?.split("\n");
  const line = lines?.[place.line - 1];
  if (lines === undefined || line === undefined) return [`${where}  ${partyText(party)}${labelText(party)}`];
  const gutter = String(place.line + 1).length;
  const frame = [place.line - 1, place.line, place.line + 1].flatMap((number) => {
    const text = lines[number - 1];
    if (text === undefined || (text.trim() === "" && number !== place.line)) return [];
    const shown = `  ${paint("faint", `${String(number).padStart(gutter)} |`)} ${text}`;
    if (number !== place.line) return [shown];
    const pad = text.slice(0, place.column - 1).replaceAll(/[^\t]/g, " ");
    const caret = "^".repeat(wordLength(text, place.column));
    return [
      shown,
      `  ${paint("faint", `${" ".repeat(gutter)} |`)} ${pad}${paint(severity, `${caret} ${party.label ?? ""}`.trimEnd())}`,
    ];
  });
  return [where, ...frame];
}

function partyLines(party: Party, options: DiagnosticRenderOptions, paint: Paint): string[] {
  const where = party.place === undefined ? "" : `  ${paint("place", placeText(party.place, options))}`;
  return [`  ${paint("faint", "-")} ${partyText(party)}${labelText(party)}${where}`];
}

function partyText({ kind, name, owner }: Party): string {
  return `${kind} "${name}"${owner === undefined ? "" : ` (owner ${owner})`}`;
}

function labelText({ label }: Party): string {
  return label === undefined ? "" : `: ${label}`;
}

function placeText({ file, line, column }: Place, { root }: DiagnosticRenderOptions): string {
  return `${shownPath(file, root)}:${line}:${column}`;
}

/** Length of the name that begins at a column (from 1); 1 where there is none. */
function wordLength(text: string, column: number): number {
  return /^[\w$]+/.exec(text.slice(column - 1))?.[0].length ?? 1;
}
