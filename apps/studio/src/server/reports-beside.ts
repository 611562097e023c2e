/** Reports of this machine beside what a host shows: `tenon studio --reports`. */
import type { IndexDocument } from "../data/index-document.ts";
import type { ReportSource } from "./studio-source.ts";

/** A document by its address below `data/`. */
export type Answers = (address: string) => Promise<unknown>;

/** Own reports come first; where an id is both here and there, it means the one here. */
export function withReports(ask: Answers, reports: ReportSource): Answers {
  return async (address) => (await ownReport(reports, address)) ?? withOwn(address, await ask(address), reports);
}

/** The report that an address names, where it is one of this machine. @throws GraphError TENON2057 */
export async function ownReport(reports: ReportSource, address: string): Promise<unknown> {
  const id = /^reports\/([^/]+)\.json$/.exec(address)?.[1];
  return id === undefined ? undefined : reports.read(decodeURIComponent(id));
}

/** An index with the own reports in it; any other document as it is. */
export async function withOwn(address: string, document: unknown, reports: ReportSource): Promise<unknown> {
  if (address !== "index.json") return document;
  const index = document as IndexDocument;
  const own = await reports.list();
  const ids = new Set(own.map(({ id }) => id));
  return { ...index, reports: [...own, ...index.reports.filter(({ id }) => !ids.has(id))] };
}
