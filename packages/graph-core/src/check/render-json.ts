import type { Diagnostic, Party } from "./diagnostic.ts";
import { shownPath } from "./shown-path.ts";

/** Version of the JSON form; raised when a field changes its meaning or goes. */
export const DIAGNOSTICS_JSON_VERSION = 1;

/**
 * Diagnostics as JSON text for tools: `{ version, errors, warnings, diagnostics }`, two spaces, fields in a fixed order.
 *
 * @param options.root directory that files are given relative to
 */
export function diagnosticsToJson(
  diagnostics: readonly Diagnostic[],
  options: { readonly root?: string } = {},
): string {
  const errors = diagnostics.filter((diagnostic) => diagnostic.severity === "error").length;
  const party = ({ kind, name, owner, label, place }: Party) => ({
    kind,
    name,
    owner,
    label,
    place: place === undefined ? undefined : { ...place, file: shownPath(place.file, options.root) },
  });
  const listed = diagnostics.map(({ code, rule, severity, graph, message, primary, secondary, detail, hint, fix }) => ({
    code,
    rule,
    severity,
    graph,
    message,
    primary: party(primary),
    secondary: secondary.map(party),
    detail,
    hint,
    fix:
      fix === undefined
        ? undefined
        : { ...fix, place: { ...fix.place, file: shownPath(fix.place.file, options.root) } },
  }));
  const report = {
    version: DIAGNOSTICS_JSON_VERSION,
    errors,
    warnings: diagnostics.length - errors,
    diagnostics: listed,
  };
  return `${JSON.stringify(report, undefined, 2)}\n`;
}
