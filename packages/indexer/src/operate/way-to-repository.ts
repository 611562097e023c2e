/** Rungs between the advertisers' database and the rows of the repository. */
import type { DocumentFacts, SourceFacts } from "./document-facts.ts";
import { ads, seconds, type Verdict } from "./verdict.ts";

const where = ({ entity, group, key }: SourceFacts) => `group "${group}" of ${entity} ${key}`;

export function notInAdsDatabase(facts: DocumentFacts): Verdict | undefined {
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

export function waitingInTopic({ sources }: DocumentFacts): Verdict | undefined {
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

export function parkedRecord({ parked }: DocumentFacts): Verdict | undefined {
  const [first] = parked;
  if (first === undefined) return undefined;
  return {
    ...{ rung: "parkedRecord", owner: first.owner },
    because: `task "${first.task}" put a record of "${first.key}" aside: ${first.code} ${first.reason}`,
    hint: `mend it, then \`tenon log retry ${first.task} --all\``,
  };
}

export function rejected({ sources }: DocumentFacts): Verdict | undefined {
  const source = sources.find((each) => each.rejected !== undefined);
  if (source?.rejected === undefined) return undefined;
  return {
    ...{ rung: "rejected", owner: source.rejected.owner },
    because: `the updater rejected ${where(source)} at version ${source.rejected.version} (owner ${source.rejected.owner}): ${source.rejected.reason}`,
    hint: "correct the source: its next change is a new update",
  };
}

export function droppedOnCommand({ sources }: DocumentFacts): Verdict | undefined {
  const source = sources.find((each) => each.dropped !== undefined);
  if (source?.dropped === undefined) return undefined;
  return {
    ...{ rung: "droppedOnCommand", owner: source.owner },
    because: `the gateway dropped ${where(source)} on command: it was ${seconds(source.dropped.ageMs)} older than the cut`,
    hint: "`tenon switch list` shows the cut and why; a refresh brings back what was dropped",
  };
}

export function changeNotRead({ sources, changeLog, outbox }: DocumentFacts): Verdict | undefined {
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
