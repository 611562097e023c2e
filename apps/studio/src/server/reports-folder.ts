/** Reports of dev runs from a folder: its own `report.json`, and those of the folders directly within. */
import { lstat, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { REPORT_FILE, REPORT_FORMAT, type Report, ReportSchema, reportIdOf } from "@tenon/dev-run/report-format";
import { GraphError } from "@tenon/graph-core";
import type { ReportEntry } from "../data/index-document.ts";
import { studioError } from "./studio-error.ts";
import type { ReportSource } from "./studio-source.ts";

/** Reports listed: the newest. */
export const REPORTS_MAX = 50;
/** Folders looked into. */
const FOLDERS_MAX = 1_000;
/** A larger file is listed and not opened, bytes. */
export const REPORT_BYTES_MAX = 16_000_000;
/** Names of folders that are ids: none leads elsewhere. */
const ID = /^[\w][\w.@+-]{0,127}$/;

interface Found {
  readonly id: string;
  readonly path: string;
  readonly atMs: number;
  readonly bytes: number;
}

/** Only what the folder lists is opened, so that an id is never a path; links are passed over. */
export function reportsFolder(folder: string): ReportSource {
  // Asked every few seconds: a file that did not change is not read again.
  let known = new Map<string, ReportEntry>();
  const stampOf = ({ path, atMs, bytes }: Found) => `${path} ${atMs} ${bytes}`;
  return {
    list: async () => {
      const entries = new Map<string, ReportEntry>();
      for (const found of await reportsIn(folder)) {
        const stamp = stampOf(found);
        entries.set(stamp, known.get(stamp) ?? (await entryOf(found)));
      }
      known = entries;
      return [...entries.values()];
    },
    read: async (id) => {
      const found = (await reportsIn(folder)).find((each) => each.id === id);
      return found && readReport(found);
    },
  };
}

async function reportsIn(folder: string): Promise<readonly Found[]> {
  // A folder that is not there yet has no reports.
  const within = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const own = reportIdOf("");
  const names = within.filter((each) => each.isDirectory() && ID.test(each.name) && each.name !== own);
  const places = [
    { id: own, path: join(folder, REPORT_FILE) },
    ...names.slice(0, FOLDERS_MAX).map(({ name }) => ({ id: name, path: join(folder, name, REPORT_FILE) })),
  ];
  const found: Found[] = [];
  for (const place of places) {
    const facts = await lstat(place.path).catch(() => undefined);
    if (facts?.isFile()) found.push({ ...place, atMs: facts.mtimeMs, bytes: facts.size });
  }
  return found.toSorted((one, other) => other.atMs - one.atMs).slice(0, REPORTS_MAX);
}

async function entryOf(found: Found): Promise<ReportEntry> {
  const { id, atMs } = found;
  try {
    const { outcome, sentence } = (await readReport(found)).verdict;
    return { id, atMs, title: sentence, verdict: outcome, problem: null };
  } catch (error) {
    if (!(error instanceof GraphError)) throw error;
    return { id, atMs, title: id, verdict: "", problem: `${error.code}: ${error.message}, ${error.detail}` };
  }
}

/** @throws GraphError TENON2057 */
async function readReport({ id, path, bytes }: Found): Promise<Report> {
  const broken = (detail: string, cause?: unknown) =>
    studioError("brokenReport", {
      message: `report "${id}" cannot be opened`,
      ...{ detail, cause },
      hint: "make it anew with `tenon report`, with the version that the studio is of",
    });
  if (bytes > REPORT_BYTES_MAX) throw broken(`it has ${bytes} bytes, and ${REPORT_BYTES_MAX} may be opened`);
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, "utf8"));
  } catch (cause) {
    throw broken("it is no JSON", cause);
  }
  const format = (value as { readonly format?: unknown } | null)?.format;
  if (format !== REPORT_FORMAT)
    throw broken(`its format is ${JSON.stringify(format) ?? "not told"}, expected "${REPORT_FORMAT}"`);
  const read = ReportSchema.safeParse(value);
  if (read.success) return read.data;
  const [first] = read.error.issues;
  throw broken(`at ${first?.path.join(".") || "its top"}: ${first?.message}`, read.error);
}
