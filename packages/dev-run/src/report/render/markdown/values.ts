import type { Report } from "../../report-schema.ts";
import { amount, fieldName, percent, signed } from "../shown.ts";
import type { Shown } from "./shown-parts.ts";
import { code, folded, section, table, text } from "./words.ts";

export function metrics({ metrics: all }: Report): string {
  if (all.length === 0) return "";
  const cells = all.map((each) => [
    text(each.name),
    amount(each.base),
    amount(each.head),
    each.note === ""
      ? `${signed(each.delta)}${each.deltaShare === null ? "" : ` (${percent(each.deltaShare)})`}`
      : text(each.note),
    each.note === "" ? `${amount(each.low)} … ${amount(each.high)}` : "",
    each.note === "" ? each.q.toPrecision(2) : "",
    String(each.n),
    each.segment === null ? "" : `${text(each.segment.name)} ${signed(each.segment.delta)}`,
  ]);
  return section(
    "Business metrics, paired by request",
    table(["metric", "base", "head", "Δ", "95 %", "q", "n", "most in"], cells, cells.length),
  );
}

export function fields({ fields: all }: Report, { rows }: Shown): string {
  if (all.length === 0) return "";
  const cells = all.map((each) => [
    code(fieldName(each)),
    `${each.entriesChanged}/${each.entriesCompared}`,
    percent(each.noiseRate),
    percent(each.netRate),
    each.absoluteErrorMax === null ? "" : amount(each.absoluteErrorMax),
    each.relativeErrorMax === null ? "" : percent(each.relativeErrorMax),
    each.psi === null
      ? each.topChurn === null
        ? ""
        : `churn ${percent(each.topChurn)}`
      : `psi ${each.psi.toFixed(3)}, ks ${(each.ks ?? 0).toFixed(3)}`,
    percent(each.nullRateHead - each.nullRateBase),
    each.tolerance,
    text(each.firstNode),
  ]);
  const heads = ["field", "changed", "noise", "net", "max Δ", "max rel.", "shift", "Δ null", "tolerance", "first at"];
  return folded(`Fields (${all.length})`, table(heads, cells, rows));
}

export function rankings({ rankings: all }: Report, { rows }: Shown): string {
  if (all.listsChanged === 0) return "";
  const line = `${all.listsChanged} of ${all.lists} lists changed · overlap@1 ${all.overlapAt1.toFixed(3)} · overlap@4 ${all.overlapAt4.toFixed(3)} · Kendall τ ${all.kendallTau?.toFixed(3) ?? "none"} · rank-biased overlap ${all.rankBiasedOverlap.toFixed(3)}`;
  const cells = all.changes.map(({ requestId, adId, change, why }) => [
    code(requestId),
    String(adId),
    change,
    text(why),
  ]);
  return section(
    "Lists of ads",
    `${line}\n\n${folded(`Entered and left (${cells.length + all.changesMore})`, table(["request", "ad", "", "why"], cells, rows))}`,
  );
}
