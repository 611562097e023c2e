/** What the indexer knows of one document, as the page shows it: lanes, the largest gap, the ladder. */
import { type DocumentFacts, ladderOf, type Rung, whyOf } from "@tenon/indexer/operate";
import { DOCUMENT_FORMAT, type DocumentView, type Hop, type RungView } from "../data/document-view.ts";
import { bytes, duration } from "../data/explain/money.ts";
import { FRESHNESS_TARGET_MS } from "../data/freshness-target.ts";

/** Each rung as the question that it asks. */
const QUESTIONS: Readonly<Record<Exclude<Rung, "served">, string>> = {
  notInAdsDatabase: "Is the ad missing at its source?",
  waitingInTopic: "Does a change wait in a topic?",
  parkedRecord: "Was a record put aside?",
  rejected: "Was an update rejected: schema, rule, version?",
  droppedOnCommand: "Was content dropped on command?",
  changeNotRead: "Was a change at the source not read yet?",
  workParked: "Did a handler put its work aside?",
  workWaiting: "Does work of a handler wait?",
  changeFeedBehind: "Have handlers not heard of the change?",
  groupMissing: "Is a group of the document missing?",
  notServable: "Does the document lack what serving needs?",
  inOutbox: "Does it wait in the outbox?",
  gateRefusedBase: "Was the base that would hold it refused?",
  onlyInBase: "Is it in a base alone, and not in the deltas?",
  hostNotLoaded: "Has a serving host not loaded it?",
};

export function documentView(facts: DocumentFacts): DocumentView {
  const verdict = whyOf(facts);
  const hops = hopsOf(facts);
  return {
    format: DOCUMENT_FORMAT,
    adId: facts.adId,
    atMs: facts.atMs,
    fresh: verdict.rung === "served",
    sentence: sentenceOf(verdict.because),
    owner: verdict.owner,
    hint: verdict.hint,
    hops: [...hops],
    largestGap: largestGapOf(facts, hops, verdict.rung === "served" ? undefined : { owner: verdict.owner ?? "" }),
    ladder: ladderView(facts),
    groups: facts.groups.map(({ group, owner, class: dataClass, handler, version, sourceAtMs }) => ({
      ...{ group, owner, class: dataClass, handler, version, sourceAtMs },
    })),
    hosts: facts.hosts.map(({ url, version, appliedAtMs, problem }) => ({
      ...{ url, appliedAtMs },
      state:
        version === undefined
          ? `does not answer: ${problem ?? "no reason"}`
          : version === null
            ? "does not hold it"
            : `serves version ${version}`,
    })),
  };
}

function sentenceOf(because: string): string {
  return `${because.charAt(0).toUpperCase()}${because.slice(1)}.`;
}

/** In the order of the way. A write that the change feed has forgotten has the time of its source alone. */
function hopsOf(facts: DocumentFacts): readonly Hop[] {
  const hops: Hop[] = [];
  const add = (lane: string, what: string, owner: string, eventAtMs: number | null, processAtMs: number | null) =>
    hops.push({ lane, what, owner, eventAtMs, processAtMs });
  for (const { inSource, source, key } of facts.sources) {
    if (inSource === undefined || inSource.gone) continue;
    add(
      "ads database",
      `${source} ${key}, version ${inSource.version}`,
      "ads-data",
      inSource.updatedAtMs,
      inSource.updatedAtMs,
    );
  }
  for (const { change, update, source, key } of facts.sources) {
    for (const waiting of [change, update]) {
      if (waiting === undefined) continue;
      add(
        "topics",
        `${source} ${key} waits in ${waiting.topic} ${waiting.partition}/${waiting.offset}`,
        "ads-streams",
        null,
        null,
      );
    }
  }
  for (const { entity, group, key, inRepo, owner } of facts.sources) {
    if (inRepo.version === 0) continue;
    add(
      "updater",
      `${entity} ${key} group ${group}, version ${inRepo.version}`,
      owner,
      inRepo.sourceAtMs,
      inRepo.writtenAtMs,
    );
  }
  for (const { group, handler, version, sourceAtMs, writtenAtMs, owner } of facts.groups)
    if (version > 0)
      add("handlers", `${handler ?? "nobody"} made ${group}, version ${version}`, owner, sourceAtMs, writtenAtMs);
  const { servable, delta, base, hosts } = facts;
  if (servable !== undefined)
    add(
      "document",
      servable.isServable
        ? `put together, version ${servable.version}`
        : `not servable: ${servable.missing.join(", ")}`,
      "ads-data",
      servable.sourceAtMs,
      servable.writtenAtMs,
    );
  if (delta !== undefined)
    add(
      "published",
      `${delta.kind} of version ${delta.version} at offset ${delta.offset}`,
      "ads-streams",
      null,
      delta.publishedAtMs,
    );
  if (base !== undefined)
    add("base", `base ${base.name}, from position ${base.position}`, "ads-retrieval", null, base.builtAtMs);
  for (const { url, version, appliedAtMs } of hosts)
    add("hosts", `${url} serves ${version ?? "nothing"}`, "ads-serving", null, appliedAtMs);
  return hops;
}

/** Stops that a change passes one after the other, and how a gap names them. */
const WAY = [
  ["updater", "written to the repository"],
  ["handlers", "derived by its handlers"],
  ["document", "put together"],
  ["published", "published"],
] as const;

/**
 * Between stops whose time is known, beginning with the newest change at the source. While the document is stale, the time
 * since the last of them is a gap too, and whoever has to act owns it.
 */
function largestGapOf(
  { atMs, groups }: DocumentFacts,
  hops: readonly Hop[],
  stale: { readonly owner: string } | undefined,
): DocumentView["largestGap"] {
  const changedAtMs = Math.max(
    ...hops.filter(({ lane }) => lane === "ads database").map(({ processAtMs }) => processAtMs ?? 0),
  );
  if (!Number.isFinite(changedAtMs)) return null;
  const targetMs =
    FRESHNESS_TARGET_MS[groups.some(({ class: dataClass }) => dataClass === "control") ? "control" : "content"] ?? null;
  /** What was done before the change was made is of an earlier one. */
  const done = (lane: string) =>
    hops.flatMap(({ lane: own, owner, what, processAtMs }) =>
      own === lane && processAtMs !== null && processAtMs >= changedAtMs
        ? [{ at: processAtMs, owner, name: what }]
        : [],
    );
  const latest = (lane: string) => done(lane).toSorted((one, other) => other.at - one.at)[0];
  const stops = [
    { at: changedAtMs, name: "the newest change at the source", owner: "ads-data" },
    ...WAY.flatMap(([lane, name]) => {
      const stop = latest(lane);
      return stop === undefined ? [] : [{ ...stop, name }];
    }),
    ...done("hosts"),
    ...(stale === undefined ? [] : [{ at: atMs, name: "now", owner: stale.owner }]),
  ];
  const gaps = stops.slice(1).map((stop, place) => {
    const before = stops[place] as (typeof stops)[number];
    return { from: before.name, to: stop.name, owner: stop.owner, ms: Math.max(0, stop.at - before.at), targetMs };
  });
  return gaps.toSorted((one, other) => other.ms - one.ms)[0] ?? null;
}

function ladderView(facts: DocumentFacts): RungView[] {
  let found = false;
  return ladderOf(facts).map(({ rung, holds }) => {
    const answer = holds === undefined ? "clear" : found ? "follows" : "holds";
    if (holds !== undefined) found = true;
    return {
      rung,
      question: QUESTIONS[rung as keyof typeof QUESTIONS],
      answer,
      owner: holds?.owner ?? null,
      because: holds === undefined ? null : sentenceOf(holds.because),
      hint: holds?.hint ?? null,
      evidence: evidenceOf(rung, facts),
    };
  });
}

/** What the answer of a rung rests on: the rows that were looked at. */
function evidenceOf(rung: Rung, facts: DocumentFacts): RungView["evidence"] {
  const { sources, parked, work, feeds, groups, servable, outbox, delta, deltas, base, refusal, hosts, changeLog } =
    facts;
  const fact = (label: string, text: string) => ({ label, text });
  switch (rung) {
    case "notInAdsDatabase":
      return [fact("ads database", facts.askedSource ? "asked" : "not asked")];
    case "waitingInTopic":
      return sources.flatMap(({ change, update }) =>
        [change, update].flatMap((at) =>
          at === undefined ? [] : [fact(at.topic, `${at.partition}/${at.offset}, ${at.lag} records behind`)],
        ),
      );
    case "parkedRecord":
      return parked.map(({ task, key, code, reason }) => fact(task, `${key}: ${code} ${reason}`));
    case "rejected":
      return sources.flatMap(({ group, rejected }) =>
        rejected === undefined ? [] : [fact(group, `version ${rejected.version}: ${rejected.reason}`)],
      );
    case "droppedOnCommand":
      return sources.flatMap(({ group, dropped }) =>
        dropped === undefined ? [] : [fact(group, `version ${dropped.version}`)],
      );
    case "changeNotRead":
      return changeLog === undefined ? [] : [fact(`slot ${changeLog.slot}`, `${bytes(changeLog.behindBytes)} behind`)];
    case "workParked":
    case "workWaiting":
      return work
        .filter((item) => item.parked === (rung === "workParked"))
        .map(({ handler, lane, attempts, ageMs }) =>
          fact(handler, `lane ${lane}, ${attempts} ${attempts === 1 ? "attempt" : "attempts"}, ${duration(ageMs)} old`),
        );
    case "changeFeedBehind":
      return feeds.map(({ consumer, behind }) => fact(consumer, `${behind} batches behind`));
    case "groupMissing":
      return groups.map(({ group, version }) => fact(group, version === 0 ? "missing" : `version ${version}`));
    case "notServable":
      return servable === undefined
        ? []
        : [fact("document", servable.isServable ? "servable" : `lacks ${servable.missing.join(", ")}`)];
    case "inOutbox":
      return outbox.map(({ topic, ageMs }) => fact(topic, `${duration(ageMs)} old`));
    case "gateRefusedBase":
      return refusal === undefined ? [] : [fact(`run ${refusal.runId}`, refusal.error)];
    case "onlyInBase":
      return [
        ...(delta === undefined ? [] : [fact("delta", `offset ${delta.offset}`)]),
        ...(deltas === undefined ? [] : [fact("log", `from ${deltas.earliest} to ${deltas.end}`)]),
        ...(base === undefined ? [] : [fact("base", `${base.name}, from ${base.position}`)]),
      ];
    case "hostNotLoaded":
      return hosts.map(({ url, version }) =>
        fact(url, version === null ? "does not hold it" : `version ${version ?? "unknown"}`),
      );
    case "served":
      return [];
  }
}
