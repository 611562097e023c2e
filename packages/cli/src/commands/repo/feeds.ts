import { BEHIND_MAX, type FeedConsumer, feedConsumers, type SlotState } from "@tenon/storage-repo";
import { ExitCode } from "../../exit-code.ts";
import { colorsFor } from "../../output/colors.ts";
import { tableLines } from "../../output/table.ts";
import { type StoreOptions, withStores } from "../../stores/open-stores.ts";
import { bigintsAsNumbers, requireRepo } from "../../stores/repo-words.ts";
import { bytesText, duration } from "../../stores/words.ts";
import type { Terminal } from "../../terminal.ts";

const RIGHT = { align: "right" } as const;

/** `tenon repo feeds`: consumers of the change feed, and how far each is. */
export function repoFeeds(options: StoreOptions, terminal: Terminal): Promise<ExitCode> {
  return withStores(options, terminal, async (stores) => {
    await requireRepo(stores);
    const consumers = await feedConsumers(stores.database);
    if (options.json) terminal.out(bigintsAsNumbers({ consumers }));
    else terminal.out(`${feedLines(consumers, colorsFor(terminal.color).dim).join("\n")}\n`);
    return consumers.some(({ slot }) => slot?.state === "lost") ? ExitCode.findings : ExitCode.pass;
  });
}

export function feedLines(consumers: readonly FeedConsumer[], head: (line: string) => string): readonly string[] {
  if (consumers.length === 0) return ["nobody reads the change feed"];
  const columns = [
    ...[{ title: "consumer" }, { title: "mode" }, { title: "fence", ...RIGHT }, { title: "settled", ...RIGHT }],
    ...[{ title: "behind", ...RIGHT }, { title: "since", ...RIGHT }, { title: "saved", ...RIGHT }, { title: "slot" }],
  ];
  const rows = consumers.map((each) => [
    ...[each.consumer, each.mode ?? "new", String(each.fence), String(each.settledSeq ?? "")],
    ...[
      behindText(each),
      each.behind > 0 ? duration(each.behindMs) : "",
      `${duration(each.savedMs)} ago`,
      slotText(each.slot),
    ],
  ]);
  return tableLines(columns, rows, { head });
}

/** A slot's consumer has read more than what is known to have settled. */
function behindText({ behind, mode }: FeedConsumer): string {
  const bound = mode === "slot" && behind > 0 ? "≤ " : "";
  return behind >= BEHIND_MAX ? `> ${BEHIND_MAX}` : `${bound}${behind}`;
}

function slotText(slot: SlotState | undefined): string {
  if (slot === undefined) return "";
  return slot.state === "lost" ? `${slot.name} lost` : `${slot.name} ${slot.state}, holds ${bytesText(slot.heldBytes)}`;
}
