/** Run when any group of a document changes, or its ad appears or goes. What it writes and what it publishes are one commit. */
import {
  AdDocumentRow,
  AdPresence,
  AdPresenceRead,
  DocumentGroups,
  DocumentGroupsRead,
  IndexDeltas,
  ServableWrites,
} from "@tenon/nodes";
import { handler, ownRow } from "@tenon/stream-runtime";
import { servable } from "./servable.graph.ts";

export const servableHandler = handler({
  name: "servable",
  owner: "ads-data",
  purpose: "keeps the document of every ad, and the index, up to date",
  inputs: [ownRow(AdPresence, AdPresenceRead), ownRow(DocumentGroups, DocumentGroupsRead)],
  graph: servable,
  writes: ServableWrites,
  produces: [{ entity: AdDocumentRow, groups: ["servable"] }],
  sinks: { indexDeltaMessages: IndexDeltas },
});
