import { type HostClock, systemClock } from "@tenon/graph-core";
import type { EventLog } from "../api/event-log.ts";
import type { AnyTopic } from "../api/topic.ts";
import { badOption } from "../errors.ts";
import { accessOf, type KafkaSasl, type KafkaTls } from "./access.ts";
import { KafkaLog } from "./kafka-log.ts";
import { openKafkajsWire } from "./kafkajs-wire.ts";
import { openPlatformaticWire } from "./platformatic-wire.ts";
import type { KafkaCompression } from "./wire.ts";

export interface KafkaLogOptions {
  /** `host:port`, at least one that answers. */
  readonly brokers: readonly string[];
  /** The client library, which the project installs. Both pass the whole contract suite. */
  readonly client: "kafkajs" | "platformatic";
  /** Named in the broker's logs. */
  readonly clientId?: string;
  /**
   * How long a member may be silent before it loses its partitions, ms. Longer than the longest pause of the process; a crash
   * is noticed after so long. Brokers take 6 s to 30 min by default.
   */
  readonly sessionMs?: number;
  /** Copies of each partition of topics made here; the broker's default when absent. */
  readonly replicas?: number;
  /** TLS: `true` with the machine's authorities, or certificates and names as `node:tls` has them. */
  readonly tls?: boolean | KafkaTls;
  /** Who the client is. */
  readonly sasl?: KafkaSasl;
  /** Of batches appended; default none. Batches read may be compressed in any way that Kafka knows. */
  readonly compression?: KafkaCompression;
  readonly clock?: HostClock;
}

const COMPRESSIONS: readonly string[] = ["none", "gzip", "zstd"] satisfies KafkaCompression[];
const SESSION_MS = 10_000;
const SESSION_MS_MIN = 1_000;
const SESSION_MS_MAX = 1_800_000;

/**
 * A log over a Kafka cluster, 3.9 or 4.x. Connects when first used. Neither transactions nor idempotent producers are used:
 * readers drop what was appended twice by its id.
 *
 * @throws GraphError TENON1561 for options out of range, TENON1564 when the client is missing or of another version. TENON1567
 *   from the first call that connects: wrong credentials, or a certificate that is not trusted
 */
export async function openKafkaLog(options: KafkaLogOptions): Promise<EventLog> {
  const { brokers, client, clientId = "tenon", sessionMs = SESSION_MS, replicas, clock = systemClock } = options;
  if (brokers.length === 0) throw badOption("brokers", "at least one host:port", "none");
  if (!(sessionMs >= SESSION_MS_MIN && sessionMs <= SESSION_MS_MAX))
    throw badOption("sessionMs", `${SESSION_MS_MIN} to ${SESSION_MS_MAX} ms`, sessionMs);
  const { compression = "none" } = options;
  if (!COMPRESSIONS.includes(compression)) throw badOption("compression", COMPRESSIONS.join(", "), compression);
  const access = accessOf(options.tls, options.sasl);
  const wireOptions = { brokers, clientId, replicas, access, compression, topicConfig };
  const wire = await (client === "kafkajs" ? openKafkajsWire(wireOptions) : openPlatformaticWire(wireOptions));
  return new KafkaLog(wire, { brokers, clock, sessionMs });
}

/** Retention counts from when the broker took a record, and that is what readers are told as its age. */
function topicConfig({ retentionMs }: AnyTopic): Readonly<Record<string, string>> {
  return { "cleanup.policy": "delete", "retention.ms": String(retentionMs), "message.timestamp.type": "LogAppendTime" };
}
