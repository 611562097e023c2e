/** Why a document is stale or missing: the first rung of the ladder that holds. Each rung is a question to the facts. */
import { SERVABLE_FIELDS } from "@tenon/nodes";
import type { DocumentFacts, SourceFacts } from "./document-facts.ts";

/** In the order of the way; `served` when none of the others holds. */
export type Rung =
  | "notInAdsDatabase"
  | "waitingInTopic"
  | "parkedRecord"
  | "rejected"
  | "droppedOnCommand"
  | "changeNotRead"
  | "workParked"
  | "workWaiting"
  | "changeFeedBehind"
  | "groupMissing"
  | "notServable"
  | "inOutbox"
  | "gateRefusedBase"
  | "onlyInBase"
  | "hostNotLoaded"
  | "served";

export interface Verdict {
  readonly rung: Rung;
  /** One sentence. */
  readonly because: string;
  /** Who has to act; null when nobody has to. */
  readonly owner: string | null;
  readonly hint: string;
}

type Ask = (facts: DocumentFacts) => Verdict | undefined;

const where = ({ entity, group, key }: SourceFacts) => `group "${group}" of ${entity} ${key}`;
const ads = (facts: DocumentFacts) => `ad ${facts.adId}`;
const seconds = (ms: number) => (ms < 10_000 ? `${Math.round(ms)} ms` : `${Math.round(ms / 1_000)} s`);

/** In the order of the way. */
const LADDER: Readonly<Record<Exclude<Rung, "served">, Ask>> = {
  notInAdsDatabase,
  waitingInTopic,
  parkedRecord,
  rejected,
  droppedOnCommand,
  changeNotRead,
  workParked,
  workWaiting,
  changeFeedBehind,
  groupMissing,
  notServable,
  inOutbox,
  gateRefusedBase,
  onlyInBase,
  hostNotLoaded,
};

/** Every rung with its answer, in the order of the way; the first that holds is the reason, later ones may follow from it. */
export function ladderOf(
  facts: DocumentFacts,
): readonly { readonly rung: Rung; readonly holds: Verdict | undefined }[] {
  return Object.entries(LADDER).map(([rung, ask]) => ({ rung: rung as Rung, holds: ask(facts) }));
}

export function whyOf(facts: DocumentFacts): Verdict {
  for (const ask of Object.values(LADDER)) {
    const verdict = ask(facts);
    if (verdict !== undefined) return verdict;
  }
  const { servable, hosts } = facts;
  const held =
    hosts.length === 0
      ? "published; no serving process was asked"
      : `served by ${hosts.length} of ${hosts.length} hosts`;
  return {
    rung: "served",
    because: `${ads(facts)} is up to date: version ${servable?.version ?? "?"} is ${held}`,
    owner: null,
    hint: hosts.length === 0 ? "ask serving processes with --host URL" : "nothing to do",
  };
}

function notInAdsDatabase(facts: DocumentFacts): Verdict | undefined {
  const own = facts.sources.find(({ entity, group }) => entity === "ad" && group === "settings");
  if (!facts.askedSource) {
    if (
      facts.row !== undefined ||
      (own?.inRepo.version ?? 0) > 0 ||
      own?.update !== undefined ||
      own?.change !== undefined
    )
      return undefined;
    return {
      ...{ rung: "notInAdsDatabase", owner: "ads-data" },
      because: `${ads(facts)} is unknown to the repository and to the log, and the ads database was not asked`,
      hint: "name the ads database with --ads-database URL",
    };
  }
  if (own?.inSource?.gone !== true) return undefined;
  const never = own.inSource.updatedAtMs === 0;
  return {
    ...{ rung: "notInAdsDatabase", owner: null },
    because: `${ads(facts)} is not in the ads database${never ? ": there never was one" : ": it was deleted"}`,
    hint: never ? "check the id" : "nothing to do: its document goes, too",
  };
}

function waitingInTopic({ sources }: DocumentFacts): Verdict | undefined {
  for (const source of sources) {
    const at = source.change ?? source.update;
    if (at === undefined) continue;
    return {
      ...{ rung: "waitingInTopic", owner: "ads-streams" },
      because: `a change of ${where(source)} waits in topic "${at.topic}" at ${at.partition}/${at.offset}: task "${at.task}" is ${at.lag} records behind`,
      hint: `\`tenon log status ${at.task}\` says who reads it, and what stopped it`,
    };
  }
  return undefined;
}

function parkedRecord({ parked }: DocumentFacts): Verdict | undefined {
  const [first] = parked;
  if (first === undefined) return undefined;
  return {
    ...{ rung: "parkedRecord", owner: first.owner },
    because: `task "${first.task}" put a record of "${first.key}" aside: ${first.code} ${first.reason}`,
    hint: `mend it, then \`tenon log retry ${first.task} --all\``,
  };
}

function rejected({ sources }: DocumentFacts): Verdict | undefined {
  const source = sources.find((each) => each.rejected !== undefined);
  if (source?.rejected === undefined) return undefined;
  return {
    ...{ rung: "rejected", owner: source.rejected.owner },
    because: `the updater rejected ${where(source)} at version ${source.rejected.version} (owner ${source.rejected.owner}): ${source.rejected.reason}`,
    hint: "correct the source: its next change is a new update",
  };
}

function droppedOnCommand({ sources }: DocumentFacts): Verdict | undefined {
  const source = sources.find((each) => each.dropped !== undefined);
  if (source?.dropped === undefined) return undefined;
  return {
    ...{ rung: "droppedOnCommand", owner: source.owner },
    because: `the gateway dropped ${where(source)} on command: it was ${seconds(source.dropped.ageMs)} older than the cut`,
    hint: "`tenon switch list` shows the cut and why; a refresh brings back what was dropped",
  };
}

function changeNotRead({ sources, changeLog, outbox }: DocumentFacts): Verdict | undefined {
  const source = sources.find(
    ({ inSource, inRepo }) =>
      inSource !== undefined && inSource.version > inRepo.version && !(inSource.gone && inRepo.version === 0),
  );
  if (source === undefined) return undefined;
  const relayed = outbox.find(
    ({ key, task }) =>
      task !== null && (key === `${source.entity}:${source.key}` || key === `${source.source}:${source.key}`),
  );
  if (relayed !== undefined) {
    return {
      ...{ rung: "waitingInTopic", owner: "ads-streams" },
      because: `a change of ${where(source)} is in the outbox of task "${relayed.task}" for topic "${relayed.topic}", for ${seconds(relayed.ageMs)}`,
      hint: `\`tenon log status ${relayed.task}\` says whether its worker lives`,
    };
  }
  const { slot = "of the gateway", behindBytes = 0, lost = false } = changeLog ?? {};
  return {
    ...{ rung: "changeNotRead", owner: "ads-data" },
    because: `the change of ${where(source)} to version ${source.inSource?.version} was not read yet: ${lost ? `slot "${slot}" is lost` : `slot "${slot}" is ${behindBytes} bytes behind`}`,
    hint: lost
      ? "`tenon workflow run source-sync` compares and repairs"
      : "see that a gateway runs: role gateway, metric tenon_change_log_reading",
  };
}

function workParked({ work }: DocumentFacts): Verdict | undefined {
  const item = work.find(({ parked }) => parked);
  if (item === undefined) return undefined;
  return {
    ...{ rung: "workParked", owner: null },
    because: `handler "${item.handler}" put its work for key ${item.key} aside after ${item.attempts} attempts: ${item.code} ${item.reason}`,
    hint: `mend it, then \`tenon repo retry ${item.handler} --key ${item.key}\``,
  };
}

function workWaiting({ work }: DocumentFacts): Verdict | undefined {
  const [item] = work;
  if (item === undefined) return undefined;
  const why = item.reason === null ? "" : `, after ${item.attempts} failures: ${item.code} ${item.reason}`;
  return {
    ...{ rung: "workWaiting", owner: null },
    because: `work of handler "${item.handler}" for key ${item.key} waits in lane ${item.lane} for ${seconds(item.ageMs)}${why}`,
    hint: `\`tenon repo work ${item.handler}\` shows the queue`,
  };
}

function changeFeedBehind({ sources, groups, feeds }: DocumentFacts): Verdict | undefined {
  const behind = feeds.find((feed) => feed.behind > 0);
  const newest = (times: readonly (number | null)[]) => Math.max(0, ...times.map((time) => time ?? 0));
  const isOlder =
    newest(groups.map(({ sourceAtMs }) => sourceAtMs)) < newest(sources.map(({ inRepo }) => inRepo.sourceAtMs));
  if (behind === undefined || !isOlder) return undefined;
  return {
    ...{ rung: "changeFeedBehind", owner: "ads-streams" },
    because: `handlers have not heard of the change: consumer "${behind.consumer}" of the change feed is ${behind.behind} batches behind, the oldest of ${seconds(behind.behindMs)}`,
    hint: "`tenon repo feeds` shows every consumer; see that role argus runs",
  };
}

function groupMissing({ groups }: DocumentFacts): Verdict | undefined {
  const missing = groups.filter(({ version }) => version === 0);
  const [first] = missing;
  if (first === undefined) return undefined;
  const names = missing.map(({ group, owner }) => `"${group}" (owner ${owner})`).join(", ");
  return {
    ...{ rung: "groupMissing", owner: first.owner },
    because: `the document has no group ${names} yet, and no work waits for it`,
    hint:
      first.handler === null
        ? "no handler makes it: see `tenon check`"
        : `look whether handler "${first.handler}" runs; \`tenon repo work ${first.handler}\``,
  };
}

function notServable(facts: DocumentFacts): Verdict | undefined {
  const { servable } = facts;
  if (servable?.isServable === true) return undefined;
  if (servable === undefined) {
    return {
      ...{ rung: "groupMissing", owner: "ads-data" },
      because: `${ads(facts)} has every group, and handler "servable" has not put them together`,
      hint: "`tenon repo work servable`",
    };
  }
  const [first] = servable.missing;
  const owner = facts.groups.find(({ group }) => group === groupOfLeaf(first))?.owner ?? "ads-data";
  const lacks = servable.missing.length === 0 ? "its ad is gone" : `it lacks ${servable.missing.join(", ")}`;
  return {
    ...{ rung: "notServable", owner },
    because: `the document cannot be served: ${lacks}${first === undefined ? "" : ` (owner ${owner})`}`,
    hint:
      first === undefined ? "nothing to do" : `\`tenon lineage field ${leafUnder(first)}\` shows what it is made of`,
  };
}

function leafUnder(path: string): string {
  return [...SERVABLE_FIELDS.keys()].find((leaf) => leaf === path || leaf.startsWith(`${path}.`)) ?? path;
}

function groupOfLeaf(path: string | undefined): string | undefined {
  return path === undefined ? undefined : SERVABLE_FIELDS.get(leafUnder(path))?.group;
}

function inOutbox({ adId, outbox }: DocumentFacts): Verdict | undefined {
  const waiting = outbox.find(({ task, key }) => task === null && key === String(adId));
  if (waiting === undefined) return undefined;
  return {
    ...{ rung: "inOutbox", owner: "ads-streams" },
    because: `the document is made, and waits in the handlers' outbox for topic "${waiting.topic}" for ${seconds(waiting.ageMs)}`,
    hint: "`tenon switch list`: with publishing off it waits on purpose; else see that role argus runs",
  };
}

/** The document's delta is gone from the log, and every base since was refused. */
function gateRefusedBase(facts: DocumentFacts): Verdict | undefined {
  const { refusal } = facts;
  if (refusal === undefined || !isGoneFromLog(facts) || isInBase(facts)) return undefined;
  return {
    ...{ rung: "gateRefusedBase", owner: "ads-retrieval" },
    because: `the delta of ${ads(facts)} is gone from the log, and run ${refusal.runId} of base-build was refused: ${refusal.error}`,
    hint: "`tenon workflow runs base-build` shows the gates; mend what they saw, or force the publish with a reason",
  };
}

function onlyInBase(facts: DocumentFacts): Verdict | undefined {
  const { base, deltas, hosts } = facts;
  // A host that holds it has read it, from wherever.
  if (!isGoneFromLog(facts) || hosts.some(({ version }) => typeof version === "number")) return undefined;
  const from = deltas === undefined ? "there is no topic of deltas" : `deltas begin at offset ${deltas.earliest}`;
  return {
    ...{ rung: "onlyInBase", owner: "ads-retrieval" },
    because: isInBase(facts)
      ? `${ads(facts)} was published before the log begins (${from}): only base "${base?.name}" holds it, from position ${base?.position}`
      : `${ads(facts)} was published before the log begins (${from}), and no base since then is known to hold it`,
    hint:
      base === undefined
        ? "name the store of bases with --store URL"
        : isInBase(facts)
          ? "ask serving processes with --host URL"
          : "`tenon workflow run base-build`",
  };
}

function isGoneFromLog({ delta, servable, deltas }: DocumentFacts): boolean {
  return servable?.isServable === true && delta === undefined && deltas !== undefined;
}

/** A base that was built after the document holds it. */
function isInBase({ base, servable, deltas }: DocumentFacts): boolean {
  return (
    base !== undefined &&
    servable !== undefined &&
    base.builtAtMs >= (servable.sourceAtMs ?? 0) &&
    Number(base.position) >= (deltas?.earliest ?? 0)
  );
}

function hostNotLoaded({ adId, hosts, servable, delta }: DocumentFacts): Verdict | undefined {
  const wanted = Math.max(delta?.version ?? 0, servable?.version ?? 0);
  const host = hosts.find(({ version }) => (version ?? 0) < wanted);
  if (host === undefined) return undefined;
  const holds =
    host.version === undefined
      ? `does not answer: ${host.problem ?? "no reason"}`
      : host.version === null
        ? "does not hold the ad"
        : `still serves version ${host.version}`;
  return {
    ...{ rung: "hostNotLoaded", owner: "ads-serving" },
    because: `host ${host.url} ${holds}; version ${wanted} of ad ${adId} was published${delta === undefined ? "" : ` at offset ${delta.offset}`}`,
    hint: "GET /v1/index of the host shows its base, its offset and what it left out",
  };
}
