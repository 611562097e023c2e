import { type BaseList, type ListedBase, listBases } from "@tenon/ad-index/publish";
import { ExitCode } from "../../exit-code.ts";
import { type Colors, colorsFor } from "../../output/colors.ts";
import { jsonText } from "../../output/json.ts";
import { tableLines } from "../../output/table.ts";
import { bytesText, timeText } from "../../stores/words.ts";
import type { Terminal } from "../../terminal.ts";
import { type IndexOptions, storeOf } from "./open-store.ts";

/** Swaps shown; `--json` has all. */
const SWAPS_SHOWN = 5;
const RIGHT = { align: "right" } as const;

/** `tenon index list`: the bases that can be gone back to, and the last swaps. */
export async function indexList(options: IndexOptions, terminal: Terminal): Promise<ExitCode> {
  const list = await listBases(storeOf(options, terminal));
  if (options.json) terminal.out(jsonText(list));
  else terminal.out(`${textLines(list, colorsFor(terminal.color)).join("\n")}\n`);
  return ExitCode.pass;
}

function textLines(
  { bases, publishing, history, historyNeededFrom }: BaseList,
  { bold, dim }: Colors,
): readonly string[] {
  if (bases.length === 0) return ["nothing is published"];
  const columns = [
    ...[{ title: "base" }, { title: "state" }, { title: "documents", ...RIGHT }, { title: "size", ...RIGHT }],
    ...[{ title: "built" }, { title: "published" }, { title: "embedding" }, { title: "watermark", ...RIGHT }],
  ];
  return [
    ...tableLines(columns, bases.map(cells), { head: dim }),
    "",
    `${bold("history needed from")} ${historyNeededFrom?.position}: changes before it are in every base`,
    ...publishing.map(({ name, sinceMs }) => `${bold("being published")} ${name}, since ${timeText(sinceMs)}`),
    ...history.slice(0, SWAPS_SHOWN).map(({ base, atMs, by, reason }) => {
      return `${bold(by)} ${base} at ${timeText(atMs)}${reason === undefined ? "" : `: ${reason}`}`;
    }),
  ];
}

function cells({ manifest, publishedAtMs, isCurrent }: ListedBase): readonly string[] {
  const { name, statistics, files, builtAtMs, embeddingVersion, watermark, forced } = manifest;
  const state = [...(isCurrent ? ["current"] : []), ...(forced === undefined ? [] : ["forced"])].join(", ");
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  return [
    ...[name, state, statistics.documentCount.toLocaleString("en"), bytesText(bytes)],
    ...[timeText(builtAtMs), timeText(publishedAtMs), embeddingVersion, watermark.position],
  ];
}
