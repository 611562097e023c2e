import { type HistoryState, historyState } from "@tenon/storage-repo";
import { ExitCode } from "../../exit-code.ts";
import { type Colors, colorsFor } from "../../output/colors.ts";
import { tableLines } from "../../output/table.ts";
import { type StoreOptions, withStores } from "../../stores/open-stores.ts";
import { bigintsAsNumbers, requireRepo } from "../../stores/repo-words.ts";
import { bytesText, timeText } from "../../stores/words.ts";
import type { Terminal } from "../../terminal.ts";

const RIGHT = { align: "right" } as const;

/** `tenon repo history`: how far back change batches are kept, in which partitions, and who holds them. */
export function repoHistory(options: StoreOptions, terminal: Terminal): Promise<ExitCode> {
  return withStores(options, terminal, async (stores) => {
    await requireRepo(stores);
    const state = await historyState(stores.database);
    if (options.json) terminal.out(bigintsAsNumbers(state));
    else terminal.out(`${textLines(state, colorsFor(terminal.color)).join("\n")}\n`);
    return ExitCode.pass;
  });
}

function textLines(state: HistoryState, { bold, dim }: Colors): readonly string[] {
  const { floorSeq, firstSeq, lastSeq, firstAtMs, lastAtMs, partitions, restBytes, bases, need } = state;
  const window =
    firstSeq === undefined
      ? `no batch is stored; the last was ${lastSeq}`
      : `batches ${firstSeq} to ${lastSeq}, from ${timeText(firstAtMs)} to ${timeText(lastAtMs)}`;
  const rows = partitions.map(({ name, from, to, bytes }) => [name, String(from), String(to), bytesText(bytes)]);
  if (restBytes > 0) rows.push(["change_batch_rest", "", "", bytesText(restBytes)]);
  const columns = [
    { title: "partition" },
    { title: "from", ...RIGHT },
    { title: "to", ...RIGHT },
    { title: "size", ...RIGHT },
  ];
  const held = need === undefined ? "nobody" : `${need.heldBy}, which needs what comes after ${need.seq}`;
  return [
    `${bold("window")} ${window}; dropped up to ${floorSeq}`,
    `${bold("held by")} ${held}`,
    ...bases.map(({ epoch, state: own, floorSeq: floor }) => `${bold("base")} ${epoch} ${own}, from ${floor}`),
    "",
    ...tableLines(columns, rows, { head: dim }),
  ];
}
