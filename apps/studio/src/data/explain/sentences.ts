/** The first thing a person reads. */
import type { RunDocument } from "../run-document.ts";
import { duration, number } from "./money.ts";

/** `showed 3 of 671 candidates in 12 ms; most were dropped by …`. */
export function runSentence(run: Omit<RunDocument, "verdict">): string {
  const { ads, shown, stages, durationMs, failureCode, nodes } = run;
  const time = duration(durationMs);
  if (failureCode !== null) {
    const failed = nodes.find(({ outcome }) => outcome === "failed" || outcome === "unfinished");
    return `This request failed after ${time}${failed === undefined ? "" : ` at node ${failed.name}`}: ${failureCode}.`;
  }
  if (ads.length === 0) return `Nothing was retrieved, so no ad was shown (${time}).`;
  const most = stages
    .flatMap(({ node, drops }) => (drops.length === 0 ? [] : [{ node, count: drops.length }]))
    .toSorted((one, other) => other.count - one.count)[0];
  const showed = `${shown.length === 0 ? "No ad was shown" : `${shown.length} ${shown.length === 1 ? "ad was" : "ads were"} shown`}, of ${number(ads.length)} candidates, in ${time}`;
  return most === undefined ? `${showed}.` : `${showed}. Most were dropped by ${most.node}: ${number(most.count)}.`;
}
