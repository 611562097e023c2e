/** A release wrote wrong documents: what it published is hidden, the base goes back, and documents are made anew by the good release. */
import { ARGUS_HANDLERS } from "@tenon/graphs/handlers";
import { indexerError } from "../indexer-error.ts";
import type { Drill } from "./drill.ts";
import { catchUp, verifyEnd } from "./steps.ts";

export const badRelease: Drill = {
  name: "bad-release",
  purpose: "a release of handlers wrote wrong documents, and they are served",
  first: "while ad servers serve the base, put the release before back on every process with roles argus and batch",
  options: {
    base: "base to go back to (default: the one before the current one)",
    handlers: "handlers that were wrong, with commas between them (default: all)",
  },
  needsBases: true,
  steps: ({ base, handlers }) => {
    refuseUnknown(handlers ?? []);
    const reason = "drill bad-release: documents of a bad release";
    let refusedBefore = 0;
    return [
      {
        name: "hide deltas",
        order: "ad servers show requests the base alone; they go on following",
        act: async (port) => {
          refusedBefore = await port.refused();
          return `${await port.serve("baseOnly")} ad servers serve the base alone`;
        },
      },
      {
        name: "roll back",
        order: `roll the index back to ${base === undefined ? "the base before the current one" : `base "${base}"`}`,
        act: async (port) => `base "${await port.rollBack(base, reason)}" serves`,
      },
      {
        name: "refresh",
        order: `have ${handlers === undefined ? "every handler" : `handlers ${handlers.join(", ")}`} run again for every ad, in the low lane`,
        act: async (port) => {
          await port.refresh(handlers);
          return "every ad is asked for again";
        },
      },
      catchUp("wait for it"),
      verifyEnd,
      {
        name: "serve live",
        order: "ad servers show requests the deltas again",
        act: async (port) => {
          const servers = await port.serve("live");
          const refused = (await port.refused()) - refusedBefore;
          if (refused > 0) throw new Error(`ad servers refused ${refused} records meanwhile; GET /v1/index names them`);
          return `${servers} ad servers serve live, no record was refused`;
        },
      },
    ];
  },
};

/** Found out by the refresh, a wrong name would leave ad servers on an old base. */
function refuseUnknown(handlers: readonly string[]): void {
  const known = ARGUS_HANDLERS.map(({ name }) => name);
  const unknown = handlers.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw indexerError("wrongCommand", `there is no handler "${unknown}"`, {
    detail: `expected some of ${known.join(", ")}`,
    hint: "write names with commas between them, or leave --handlers out: then every handler runs again",
  });
}
