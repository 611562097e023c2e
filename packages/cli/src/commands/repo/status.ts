import { entityRows, feedConsumers, historyState } from "@tenon/storage-repo";
import type { WorkStatus } from "@tenon/stream-runtime";
import { ExitCode } from "../../exit-code.ts";
import { colorsFor } from "../../output/colors.ts";
import { tableLines } from "../../output/table.ts";
import { type StoreOptions, withStores } from "../../stores/open-stores.ts";
import { bigintsAsNumbers, requireRepo, waitingMessages, workStore } from "../../stores/repo-words.ts";
import { bytesText, duration, timeText } from "../../stores/words.ts";
import type { Terminal } from "../../terminal.ts";
import { feedLines } from "./feeds.ts";
import { messageLines, workLines } from "./work.ts";

const RIGHT = { align: "right" } as const;

/** `tenon repo status`: rows, feed, work. */
export function repoStatus(options: StoreOptions, terminal: Terminal): Promise<ExitCode> {
  return withStores(options, terminal, async (stores) => {
    await requireRepo(stores);
    const { database } = stores;
    const entities = await entityRows(database);
    const consumers = await feedConsumers(database);
    const { firstSeq, lastSeq, lastAtMs } = await historyState(database);
    const work: readonly WorkStatus[] = (await (await workStore(stores))?.status()) ?? [];
    const messages = await waitingMessages(stores);
    if (options.json) {
      terminal.out(bigintsAsNumbers({ entities, changes: { firstSeq, lastSeq, lastAtMs }, consumers, work, messages }));
      return ExitCode.pass;
    }
    const { dim, bold } = colorsFor(terminal.color);
    const columns = [{ title: "entity" }, { title: "rows", ...RIGHT }, { title: "size", ...RIGHT }];
    const rows = entities.map(({ entity, rows: count, exact, bytes }) => [
      ...[entity, count === undefined ? "?" : `${exact ? "" : "about "}${count}`, bytesText(bytes)],
    ]);
    const last =
      lastAtMs === undefined
        ? ""
        : `, the last ${duration(Math.max(0, Date.now() - lastAtMs))} ago (${timeText(lastAtMs)})`;
    terminal.out(
      `${[
        ...tableLines(columns, rows, { head: dim }),
        "",
        `${bold("changes")} up to ${lastSeq}${last}`,
        "",
        ...feedLines(consumers, dim),
        "",
        ...workLines(work, dim),
        ...messageLines(messages, dim),
      ].join("\n")}\n`,
    );
    return ExitCode.pass;
  });
}
