import { workflowsOf } from "../host/batch-role.ts";
import { INDEXER_DEFAULTS, indexerSettings } from "../host/indexer-settings.ts";
import type { IndexerStores } from "../host/open-stores.ts";
import type { Workflow } from "../workflows/workflow.ts";

/** Places that a declaration needs and does not go to. */
const NOWHERE = {
  databaseUrl: "none",
  adsDatabaseUrl: "none",
  objectStoreUrl: "none",
  workFolder: "none",
  owner: "operator",
};

/**
 * Every workflow as it is declared, for lists and for checking an order: names, owners, options, schedules of the default settings.
 * They are not to be run here: they have no stores.
 */
export function declaredWorkflows(): readonly Omit<Workflow, "run">[] {
  const settings = indexerSettings({ ...INDEXER_DEFAULTS, ...NOWHERE });
  // Probes are of a host's folder: they are known where they run.
  return workflowsOf({ settings, probes: [] as IndexerStores["probes"] } as IndexerStores);
}
