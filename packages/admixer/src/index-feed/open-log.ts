/** The log that a setting names. Its clients are loaded only where they are used. */
import type { EventLog } from "@tenon/event-log/api";
import type { HostClock } from "@tenon/graph-core";
import { hostError } from "../host/host-error.ts";
import { readKafkaAddress } from "./kafka-address.ts";

/** A follower of each topic, and looks at ends. */
const CONNECTIONS_MAX = 4;

/**
 * `postgres://…` (a log in a database), `kafka://host:port,host:port` or `kafka+tls://…` (kafkajs; see `kafka-address.ts`).
 *
 * @throws GraphError TENON1600 for another address; what the log fails with when it cannot be opened
 */
export async function openLog(address: string, clock: HostClock): Promise<EventLog> {
  const scheme = address.slice(0, address.indexOf("://"));
  if (scheme === "postgres" || scheme === "postgresql") {
    const [{ openDatabase }, { openEmbeddedLog }] = await Promise.all([
      import("@tenon/postgres"),
      import("@tenon/event-log/embedded"),
    ]);
    const database = await openDatabase({
      url: address,
      connectionsMax: CONNECTIONS_MAX,
      applicationName: "tenon-admixer",
    });
    // Retention is for those who write.
    const log = await openEmbeddedLog({ database, clock, wakeUp: "notify", retainEveryMs: 0 });
    const close = log.close.bind(log);
    return Object.assign(log, { close: () => close().finally(() => database.close()) });
  }
  if (scheme === "kafka" || scheme === "kafka+tls") {
    const { openKafkaLog } = await import("@tenon/event-log/kafka");
    const access = await readKafkaAddress(address);
    return openKafkaLog({ ...access, client: "kafkajs", clientId: "tenon-admixer", clock });
  }
  throw hostError("wrongSetting", {
    message: "indexLog names no log",
    detail: `expected postgres://…, kafka://… or kafka+tls://…, found ${scheme === "" ? "an address without a scheme" : `${scheme}://…`}`,
    hint: "set TENON_INDEX_LOG to the address of the log that the pipeline writes to",
  });
}
