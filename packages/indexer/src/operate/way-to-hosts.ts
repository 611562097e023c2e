/** Rungs between a document that can be served and the hosts that serve it. */
import type { DocumentFacts } from "./document-facts.ts";
import { ads, seconds, type Verdict } from "./verdict.ts";

export function inOutbox({ adId, outbox }: DocumentFacts): Verdict | undefined {
  const waiting = outbox.find(({ task, key }) => task === null && key === String(adId));
  if (waiting === undefined) return undefined;
  return {
    ...{ rung: "inOutbox", owner: "ads-streams" },
    because: `the document is made, and waits in the handlers' outbox for topic "${waiting.topic}" for ${seconds(waiting.ageMs)}`,
    hint: "`tenon switch list`: with publishing off it waits on purpose; else see that role argus runs",
  };
}

/** The document's delta is gone from the log, and every base since was refused. */
export function gateRefusedBase(facts: DocumentFacts): Verdict | undefined {
  const { refusal } = facts;
  if (refusal === undefined || !isGoneFromLog(facts) || isInBase(facts)) return undefined;
  return {
    ...{ rung: "gateRefusedBase", owner: "ads-retrieval" },
    because: `the delta of ${ads(facts)} is gone from the log, and run ${refusal.runId} of base-build was refused: ${refusal.error}`,
    hint: "`tenon workflow runs base-build` shows the gates; mend what they saw, or force the publish with a reason",
  };
}

export function onlyInBase(facts: DocumentFacts): Verdict | undefined {
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

export function hostNotLoaded({ adId, hosts, servable, delta }: DocumentFacts): Verdict | undefined {
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
