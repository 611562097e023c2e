/** Findings beside the lines of their nodes, as GitHub shows them: for its Checks API, and as commands that a job prints. */
import { exampleAddress, findingAddress, isRelative, type StudioPlace } from "../report-address.ts";
import type { Finding, Report } from "../report-schema.ts";

const LEVELS = {
  fail: { check: "failure", command: "error" },
  review: { check: "warning", command: "warning" },
  expected: { check: "notice", command: "notice" },
} as const;

/** A job shows ten of each level, a check takes fifty at once: the worst come first, and the others are in the report. */
const ANNOTATIONS_MAX = 50;
/** The Checks API refuses more, in bytes. */
const DETAILS_BYTES_MAX = 60_000;
const TITLE_CHARACTERS_MAX = 255;

interface Placed {
  readonly finding: Finding;
  readonly place: NonNullable<Finding["place"]>;
}

/** `annotations` of `output` of a check run (GitHub's REST API, "Create a check run"). Findings without a line are left out. */
export function renderAnnotations(report: Report, studio?: StudioPlace): string {
  const annotations = placed(report).map(({ finding, place }) => ({
    path: place.file,
    start_line: place.line,
    end_line: place.line,
    annotation_level: LEVELS[finding.severity].check,
    title: titleOf(finding),
    message: finding.title,
    raw_details: Buffer.from(details(finding, studio).join("\n")).subarray(0, DETAILS_BYTES_MAX).toString("utf8"),
  }));
  return `${JSON.stringify(annotations, undefined, 2)}\n`;
}

/** One `::warning file=…` per line, for the output of a job of GitHub Actions. */
export function renderWorkflowCommands(report: Report, studio?: StudioPlace): string {
  return placed(report)
    .map(({ finding, place: { file, line, column } }) => {
      const properties = { file, line: String(line), col: String(column), title: titleOf(finding) };
      const named = Object.entries(properties).map(([name, value]) => `${name}=${property(value)}`);
      const message = [finding.title, ...details(finding, studio)].join("\n");
      return `::${LEVELS[finding.severity].command} ${named.join(",")}::${data(message)}\n`;
    })
    .join("");
}

function placed({ findings }: Report): readonly Placed[] {
  return findings
    .flatMap((finding) => (finding.place === null ? [] : [{ finding, place: finding.place }]))
    .slice(0, ANNOTATIONS_MAX);
}

function titleOf({ id, node, owner }: Finding): string {
  return `${id} ${node} (${owner})`.slice(0, TITLE_CHARACTERS_MAX);
}

function details(finding: Finding, studio: StudioPlace | undefined): readonly string[] {
  const { id, causes, effect, reproduce, examples } = finding;
  const [run] = examples;
  // A check stands on the host's page: nothing lies beside it.
  const links =
    studio === undefined || isRelative(studio)
      ? []
      : [
          findingAddress(studio, id),
          ...(run === undefined ? [] : [exampleAddress(studio, { ...finding, requestId: run, row: "" })]),
        ];
  return [...causes.map(({ kind, detail }) => `${kind}: ${detail}`), ...effect, ...reproduce, ...links];
}

function data(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function property(text: string): string {
  return data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
