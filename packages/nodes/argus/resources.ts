/** What handlers ask for outside the repository. */
import type { AdSignals } from "@tenon/ads-model";
import { resource } from "@tenon/graph-core";

/** What was found at an address. `unknown` with nulls when nobody could look: an answer too, and never replaced by a guess. */
export type LandingPage = AdSignals["landing"];

export interface LandingPages {
  /**
   * What is known of the page at an address. The binding looks (or has looked) there, keeps answers in a bounded cache, and bounds
   * how many looks are out at once. A page that answers with an error is `broken`; one that does not answer in time, or may not
   * be asked now, is `unknown`. Rejects only when the enrichment itself is out of order, and with the signal's reason once it is
   * aborted: the handler then goes on with `unknown`, and a refresh asks again.
   */
  check(url: string, signal: AbortSignal): Promise<LandingPage>;
}

export const LandingPagesResource = resource<LandingPages>()("landingPages", {
  owner: "ads-serving",
  purpose: "what is at the addresses that ads lead to",
  methods: ["check"] satisfies (keyof LandingPages)[],
});
