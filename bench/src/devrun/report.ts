/**
 * How long a report takes for 1,000 requests on two versions of the code: from two checkouts that are there to the report.
 * Both are the same commit, so nothing is fetched that differs: this is the floor, which every report pays. The committed
 * corpus is shorter, and is run several times. By the clock on the wall: three processes take part, two at a time.
 */
import { fileURLToPath } from "node:url";
import { buildReport, checkOut } from "@tenon/dev-run/report";
import { atMost, type Part, rounded, type SuiteOptions } from "../harness/report.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url)).replace(/\/$/, "");
const CORPUS = `${ROOT}/packages/dev-run/corpora/serving.runs`;
/** Who opens a pull request looks again after a minute or two. */
const REPORT_MS_MAX = 120_000;
const REQUESTS = { quick: 250, full: 1_000 };
/** Requests that one reading of the corpus gives. */
const PER_CORPUS = 250;

export async function reportPart({ quick }: SuiteOptions): Promise<Part> {
  const requests = quick ? REQUESTS.quick : REQUESTS.full;
  const startedMs = performance.now();
  const base = await checkOut(ROOT, "HEAD");
  const checkOutMs = performance.now() - startedMs;
  try {
    const version = { ...base, changed: false };
    const { verdict, findings } = await buildReport({
      ...{ root: ROOT, base: version, head: version, refs: { base: "HEAD", head: "HEAD" }, seed: 1 },
      ...{ corpora: Array(requests / PER_CORPUS).fill(CORPUS), entriesMax: PER_CORPUS },
      ...{ expected: { expect: [], ignore: [] }, performance: { rounds: 5, entriesMax: 40 } },
    });
    if (findings.length > 0) throw new Error(`a version differs from itself: ${verdict.sentence}`);
    const perThousandMs = (verdict.durationMs / verdict.counts.requestsCompared) * 1_000;
    const row = {
      ...{ requests: verdict.counts.requestsCompared, checkOutMs: rounded(checkOutMs), reportMs: verdict.durationMs },
      perThousandMs: rounded(perThousandMs),
    };
    const scaled = quick ? `, scaled from ${verdict.counts.requestsCompared}` : "";
    const what = `ms for a report of 1,000 requests on two versions${scaled}`;
    return { goals: [atMost("report", what, perThousandMs, REPORT_MS_MAX)], rows: [row] };
  } finally {
    await base.remove();
  }
}
