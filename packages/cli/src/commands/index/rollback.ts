import { keptBase, readCatalogue, rollback } from "@tenon/ad-index/publish";
import type { ExitCode } from "../../exit-code.ts";
import { type ChangeOptions, carryOut } from "../../stores/carry-out.ts";
import type { Terminal } from "../../terminal.ts";
import { type IndexOptions, storeOf } from "./open-store.ts";

export interface RollbackCommandOptions extends IndexOptions, ChangeOptions {
  readonly reason: string;
}

/** `tenon index rollback <base>`: every server goes to that base with its next look at the store. */
export async function indexRollback(
  base: string,
  options: RollbackCommandOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const store = storeOf(options, terminal);
  const catalogue = await readCatalogue(store);
  const { watermark } = keptBase(store, catalogue, base);
  const { reason } = options;
  const effects = [
    `base "${base}" serves instead of "${catalogue.current}"`,
    `changes from ${watermark.position} on are to be applied again; until then documents are as old as the base`,
    `every file of the base is read first; the reason is kept: ${reason}`,
  ];
  return carryOut(
    {
      action: `roll the index back to base "${base}"`,
      name: base,
      effects: catalogue.current === base ? [] : effects,
      facts: { from: catalogue.current, to: base, replayFrom: watermark },
      act: async () => {
        const { from, to, replayFrom } = await rollback(store, base, { reason });
        return { said: `base "${to}" serves instead of "${from}"; apply changes from ${replayFrom.position} on again` };
      },
    },
    options,
    terminal,
  );
}
