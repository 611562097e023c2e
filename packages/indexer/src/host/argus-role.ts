import { ARGUS_HANDLERS } from "@tenon/graphs/handlers";
import { IndexDeltas } from "@tenon/nodes";
import { openReplication } from "@tenon/postgres/replication";
import { Heartbeat, PostgresFeed } from "@tenon/storage-repo";
import { PostgresWorkStore, runHandlers, SINK_RELAY } from "@tenon/stream-runtime";
import { argusBindings } from "../argus/bindings.ts";
import { ENTITIES } from "./open-stores.ts";
import type { RoleContext, RunningRole } from "./role.ts";

/** Names the handlers' place in the change feed. */
export const ARGUS_CONSUMER = "argus";

/** Derives documents, and publishes them. */
export async function startArgus({ stores, switches, clock, onTrouble, onRun }: RoleContext): Promise<RunningRole> {
  const { settings, log, database, repo } = stores;
  const { databaseUrl: url, owner, checkedShare, landingPagesUrl } = settings;
  const heartbeat = new Heartbeat(database, (error) => onTrouble("heartbeat of the repository", error as Error));
  heartbeat.start();
  const handlers = await runHandlers({
    ...{ handlers: ARGUS_HANDLERS, repo, log, owner, clock, checkedShare, onTrouble },
    consumer: ARGUS_CONSUMER,
    ...(onRun && { onRun }),
    feed: new PostgresFeed({ database, entities: ENTITIES, openReplication: () => openReplication({ url }) }),
    cursors: stores.cursors,
    store: new PostgresWorkStore(database),
    resources: argusBindings({ landingPages: { serviceUrl: landingPagesUrl } }, clock),
    // The switch is for serving: what other stages are told goes on.
    relay: { ...SINK_RELAY, mayLeave: (topic) => topic !== IndexDeltas.name || switches.current.values.publishing },
  });
  return {
    role: "argus",
    metricsText: () => handlers.metricsText(),
    stop: async () => {
      await handlers.stop();
      await heartbeat.stop();
    },
  };
}
