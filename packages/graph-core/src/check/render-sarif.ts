/** Diagnostics as SARIF 2.1.0 (OASIS standard), which code hosts show beside the changed lines. */
import type { Place } from "../contract/place.ts";
import { regionOf } from "./apply-fix.ts";
import type { Diagnostic, Fix, Party } from "./diagnostic.ts";
import { shownPath } from "./shown-path.ts";

export interface SarifOptions {
  /** Root of the checkout; files below it are given relative to it, as code hosts need. */
  readonly root?: string;
  /** Version of the tool. */
  readonly version?: string;
  /** The text of a source file: fixes are given only where it is known what they replace. */
  readonly source?: (file: string) => string | undefined;
}

const SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json";
const ROOT_ID = "%SRCROOT%";

/** SARIF 2.1.0 text with one run. A finding keeps its identity when lines move: its fingerprint names code and parties. */
export function diagnosticsToSarif(diagnostics: readonly Diagnostic[], options: SarifOptions = {}): string {
  const codes = [...new Map(diagnostics.map((diagnostic) => [diagnostic.code, diagnostic.rule]))].sort(
    ([one], [other]) => (one < other ? -1 : 1),
  );
  const indexes = new Map(codes.map(([code], index) => [code, index]));
  const log = {
    $schema: SCHEMA,
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "tenon",
            version: options.version,
            rules: codes.map(([code, rule]) => ({
              id: code,
              name: rule,
              shortDescription: { text: rule.replaceAll("-", " ") },
              help: { text: `docs/errors/${code}.md` },
            })),
          },
        },
        columnKind: "utf16CodeUnits",
        results: diagnostics.map((diagnostic) => resultOf(diagnostic, indexes, options)),
      },
    ],
  };
  return `${JSON.stringify(log, undefined, 2)}\n`;
}

function resultOf(diagnostic: Diagnostic, indexes: ReadonlyMap<string, number>, options: SarifOptions) {
  const { code, severity, message, hint, detail, primary, secondary, graph, fix } = diagnostic;
  const edit = fix === undefined ? undefined : fixOf(fix, options);
  const found = detail === undefined ? "" : ` Expected ${detail.expected}, found ${detail.found}.`;
  return {
    ruleId: code,
    ruleIndex: indexes.get(code),
    level: severity,
    message: { text: `${message}.${found} Hint: ${hint}.` },
    locations: [locationOf(primary, options)],
    relatedLocations: secondary.map((party, id) => ({ id, ...locationOf(party, options) })),
    partialFingerprints: {
      "tenon/v1": [code, graph, primary.name, ...secondary.map((party) => party.name)].join("|"),
    },
    properties: { graph, owners: ownersOf([primary, ...secondary]) },
    ...(edit !== undefined && { fixes: [edit] }),
  };
}

function ownersOf(parties: readonly Party[]): readonly string[] {
  return [...new Set(parties.flatMap((party) => party.owner ?? []))].sort();
}

function locationOf({ kind, name, owner, label, place }: Party, options: SarifOptions) {
  const text = `${kind} "${name}"${owner === undefined ? "" : ` (owner ${owner})`}${label === undefined ? "" : `: ${label}`}`;
  return {
    ...(place !== undefined && {
      physicalLocation: {
        artifactLocation: artifactOf(place, options),
        region: { startLine: place.line, startColumn: place.column },
      },
    }),
    logicalLocations: [{ name, kind: "object", fullyQualifiedName: `${kind}:${name}` }],
    message: { text },
  };
}

function artifactOf({ file }: Place, { root }: SarifOptions) {
  const path = shownPath(file, root);
  const below = path !== shownPath(file, undefined);
  const uri = path.split("/").map(encodeURIComponent).join("/");
  return below ? { uri, uriBaseId: ROOT_ID } : { uri: path.startsWith("/") ? `file://${uri}` : uri };
}

function fixOf(fix: Fix, options: SarifOptions) {
  const text = options.source?.(fix.place.file);
  const region = text === undefined ? undefined : regionOf(fix, text);
  if (region === undefined) return undefined;
  const { startLine, startColumn, endLine, endColumn } = region;
  return {
    description: { text: `replace ${fix.replace} by ${fix.with}` },
    artifactChanges: [
      {
        artifactLocation: artifactOf(fix.place, options),
        replacements: [
          { deletedRegion: { startLine, startColumn, endLine, endColumn }, insertedContent: { text: fix.with } },
        ],
      },
    ],
  };
}
