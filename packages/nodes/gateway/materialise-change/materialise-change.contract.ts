import { AdsDatabaseResource } from "../resources.ts";
import { SourceChange, SourceRow } from "../slots.ts";

export const materialiseChangeContract = {
  owner: "ads-data",
  purpose: "asks the ads database what the changed row holds now: a change says only that it did",
  reads: [SourceChange],
  writes: [SourceRow],
  uses: [AdsDatabaseResource],
  async: true,
  retry: { attemptsMax: 2 },
  // A change that was not looked up must not be passed over: its record waits.
  onFailure: "failRequest",
} as const;
