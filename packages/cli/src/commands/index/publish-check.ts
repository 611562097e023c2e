import {
  type GateResult,
  listBases,
  readBuild,
  runGates,
  type StandardBounds,
  standardGates,
} from "@tenon/ad-index/publish";
import { ExitCode } from "../../exit-code.ts";
import { colorsFor } from "../../output/colors.ts";
import { jsonText } from "../../output/json.ts";
import { tableLines } from "../../output/table.ts";
import type { Terminal } from "../../terminal.ts";
import { type IndexOptions, storeOf } from "./open-store.ts";

export type PublishCheckOptions = IndexOptions &
  Pick<StandardBounds, "growthMax" | "shrinkMax" | "nullRiseMax" | "withoutVectorMax">;

const RIGHT = { align: "right" } as const;

/** `tenon index publish-check <build>`: what the gates would say about a build, against the base that serves now. */
export async function indexPublishCheck(
  folder: string,
  options: PublishCheckOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const build = await readBuild(folder);
  const { bases } = await listBases(storeOf(options, terminal));
  const current = bases.find(({ isCurrent }) => isCurrent)?.manifest;
  const gates = await runGates(standardGates(options), { ...build, current });
  const failed = gates.filter(({ ok }) => !ok);
  if (options.json)
    terminal.out(jsonText({ build: build.name, current: current?.name ?? null, ok: failed.length === 0, gates }));
  else {
    const against = current === undefined ? "nothing is published yet" : `against base "${current.name}"`;
    const verdict =
      failed.length === 0 ? "would be published" : `would be refused: ${failed.length} of ${gates.length} gates fail`;
    const { bold, dim } = colorsFor(terminal.color);
    const columns = [
      ...[{ title: "gate" }, { title: "" }, { title: "value", ...RIGHT }, { title: "bound", ...RIGHT }],
      { title: "found" },
    ];
    const lines = tableLines(columns, gates.map(cells), { head: dim });
    terminal.out(`${[...lines, "", `build "${build.name}", ${against}: ${bold(verdict)}`].join("\n")}\n`);
  }
  return failed.length === 0 ? ExitCode.pass : ExitCode.findings;
}

function cells({ id, ok, value, bound, detail }: GateResult): readonly string[] {
  return [id, ok ? "ok" : "fails", numberText(value), numberText(bound), detail];
}

function numberText(value: number): string {
  return value.toLocaleString("en", { maximumFractionDigits: 4 });
}
