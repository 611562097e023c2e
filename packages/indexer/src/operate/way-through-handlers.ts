/** Rungs between the rows of the repository and a document that can be served. */
import { SERVABLE_FIELDS } from "@tenon/nodes";
import type { DocumentFacts } from "./document-facts.ts";
import { ads, seconds, type Verdict } from "./verdict.ts";

/** Of the group that it makes; the one that puts documents together makes none. */
function ownerOf(handler: string, { groups }: DocumentFacts): string {
  return groups.find((each) => each.handler === handler)?.owner ?? "ads-data";
}

export function workParked(facts: DocumentFacts): Verdict | undefined {
  const item = facts.work.find(({ parked }) => parked);
  if (item === undefined) return undefined;
  return {
    ...{ rung: "workParked", owner: ownerOf(item.handler, facts) },
    because: `handler "${item.handler}" put its work for key ${item.key} aside after ${item.attempts} ${item.attempts === 1 ? "attempt" : "attempts"}: ${item.code} ${item.reason}`,
    hint: `mend it, then \`tenon repo retry ${item.handler} --key ${item.key}\``,
  };
}

export function workWaiting(facts: DocumentFacts): Verdict | undefined {
  const [item] = facts.work;
  if (item === undefined) return undefined;
  const why = item.reason === null ? "" : `, after ${item.attempts} failures: ${item.code} ${item.reason}`;
  return {
    ...{ rung: "workWaiting", owner: ownerOf(item.handler, facts) },
    because: `work of handler "${item.handler}" for key ${item.key} waits in lane ${item.lane} for ${seconds(item.ageMs)}${why}`,
    hint: `\`tenon repo work ${item.handler}\` shows the queue`,
  };
}

export function changeFeedBehind({ sources, groups, feeds }: DocumentFacts): Verdict | undefined {
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

export function groupMissing({ groups }: DocumentFacts): Verdict | undefined {
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

export function notServable(facts: DocumentFacts): Verdict | undefined {
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
