/** Why one ad did or did not show. Pure: the server, the exported folder and the browser give the same answer. */
import type { AdDocument, AdStep, Decision } from "../ad-document.ts";
import type { GraphDocument } from "../graph-document.ts";
import type { RunDocument, Stage } from "../run-document.ts";
import { money, thresholdText, valueText } from "./money.ts";

export function adDocument(run: RunDocument, graph: GraphDocument, adId: number): AdDocument {
  const place = run.ads.indexOf(adId);
  const passed = place === -1 ? [] : run.stages.filter(({ entered }) => entered.includes(place));
  const steps = passed.map((stage) => stepOf(stage, place));
  const shown = run.shown.find((each) => each.adId === adId);
  const at = steps.findIndex(({ fate }) => fate === "dropped");
  const stage = passed[at];
  const decision = stage === undefined ? null : decisionOf(steps[at] as AdStep, run, graph);
  const brand = shown?.brand ?? run.brands[adId] ?? null;
  const winner = stage === undefined || decision === null ? null : winnerOf(run, stage, decision, adId);
  const fate = shown !== undefined ? "shown" : place === -1 ? "neverEntered" : decision === null ? "kept" : "dropped";
  const found = { requestId: run.requestId, adId, fate, brand, position: shown?.position ?? null, steps } as const;
  const score = run.scores[adId] ?? null;
  return { ...found, decision, winner, score, sentence: sentenceOf(found, decision, winner) };
}

function stepOf({ node, owner, drops }: Stage, place: number): AdStep {
  const drop = drops.find(({ ad }) => ad === place);
  return drop === undefined
    ? { node, owner, fate: "kept", reason: null, threshold: null, value: null }
    : { node, owner, fate: "dropped", reason: drop.reason, threshold: drop.threshold, value: drop.value };
}

function decisionOf(step: AdStep, run: RunDocument, graph: GraphDocument): Decision {
  const { node, owner, threshold, value } = step;
  const reason = step.reason ?? "";
  const declared = graph.nodes.find(({ name }) => name === node);
  const facts = run.reasons[reason];
  return {
    ...{ node, owner, reason, threshold, value },
    rule: declared?.purpose ?? "",
    meaning: facts?.meaning ?? "",
    actor: facts?.actor ?? "",
    thresholdText: thresholdText(reason, threshold),
    valueText: valueText(reason, value),
    place: declared?.place ?? null,
  };
}

/** The ad that the drop names; else the one that stayed with the least, whose place it would have needed. */
function winnerOf(run: RunDocument, stage: Stage, { threshold, reason }: Decision, adId: number): AdDocument["winner"] {
  const worthOf = (id: number) => {
    const worth = run.scores[id]?.ecpmMicros;
    return worth === undefined ? "" : `, worth ${money(worth)}`;
  };
  const named = typeof threshold === "string" ? /\bad (\d+)\b/.exec(threshold)?.[1] : undefined;
  if (named !== undefined) return { adId: Number(named), why: `was kept instead${worthOf(Number(named))}` };
  // A trimmed ad was judged by the light model, whose worth of those that stayed is not kept.
  if (!["lost_auction", "l2_trimmed", "blended_out", "deduped"].includes(reason)) return null;
  const dropped = new Set(stage.drops.map(({ ad }) => ad));
  const kept = stage.entered.flatMap((at) => {
    const id = run.ads[at] as number;
    const score = run.scores[id];
    return dropped.has(at) || id === adId || score === undefined ? [] : [{ id, worth: score.ecpmMicros }];
  });
  const least = kept.toSorted((one, other) => one.worth - other.worth || one.id - other.id)[0];
  return least === undefined ? null : { adId: least.id, why: `took the last place${worthOf(least.id)}` };
}

function sentenceOf(
  { adId, brand, fate, position, steps }: Pick<AdDocument, "adId" | "brand" | "fate" | "position" | "steps">,
  decision: Decision | null,
  winner: AdDocument["winner"],
): string {
  const ad = brand === null ? `Ad ${adId}` : `Ad ${adId} (${brand})`;
  if (fate === "shown") return `${ad} was shown, at position ${position}.`;
  if (fate === "neverEntered") return `${ad} was never a candidate: no source retrieved it.`;
  if (decision === null) return `${ad} passed all ${steps.length} filters and is not in the answer.`;
  const { node, meaning, valueText: value, thresholdText: threshold } = decision;
  // What follows a semicolon is an aside; the page shows the numbers themselves.
  const because = meaning === "" ? decision.reason : (meaning.split(";")[0] as string);
  // A threshold in words says what the winner says.
  const named = typeof decision.threshold === "string" && winner !== null;
  const compared =
    value === null || named ? "" : threshold === null ? ` (${value})` : ` (${value} against ${threshold})`;
  const against = named && value !== null ? ` to its ${value}` : "";
  const beaten = winner === null ? "" : ` Ad ${winner.adId} ${winner.why}${against}.`;
  return `${ad} did not show. ${node} dropped it: ${because}${compared}.${beaten}`;
}
