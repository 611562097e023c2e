// Generated from owners.json and the node contracts by `npm run owners`. Do not edit.
import type {} from "@tenon/graph-core";

declare module "@tenon/graph-core" {
  interface Owners {
    /** the runtime, its tools, and everything no other team claims */
    readonly "ads-platform": true;
    /** the request path: host, ad-request graph, answers */
    readonly "ads-serving": true;
    /** finding candidates: the ad index, targeting, vectors, keywords */
    readonly "ads-retrieval": true;
    /** what may be shown: frequency caps, budgets, pacing */
    readonly "ads-delivery": true;
    /** predictions: models, features, calibration */
    readonly "ads-ranking": true;
    /** prices: bids, floors, charged prices */
    readonly "ads-auction": true;
    /** placing ads among organic content */
    readonly "ads-blending": true;
    /** consent, personal data, purposes of processing */
    readonly "ads-privacy": true;
    /** logged features, events, reports, experiments */
    readonly "ads-measurement": true;
    /** profiles, the domain model and the marketplace's data */
    readonly "ads-data": true;
    /** stores: Postgres, the repository, its change feed */
    readonly "ads-storage": true;
    /** the event log and the workers that run graphs over it */
    readonly "ads-streams": true;
    /** the indexing host: gateway, updater, argus workers, batch workflows, publishing */
    readonly "ads-indexing": true;
  }
}

/** Names of the teams that may own slots, nodes, graphs and resources. */
export const ownerNames = [
  "ads-platform",
  "ads-serving",
  "ads-retrieval",
  "ads-delivery",
  "ads-ranking",
  "ads-auction",
  "ads-blending",
  "ads-privacy",
  "ads-measurement",
  "ads-data",
  "ads-storage",
  "ads-streams",
  "ads-indexing",
] as const;
