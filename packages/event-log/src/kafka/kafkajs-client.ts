/** kafkajs as far as it is used: loaded when first needed, with the parts that its types leave out. */
import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import type { Broker, Cluster, CompressionCodecs, Kafka, SASLOptions } from "kafkajs";
import { clientMissing } from "../errors.ts";
import { dropNegativeTimeoutWarning } from "./kafkajs-warning.ts";
import type { WireOptions } from "./wire.ts";

export const KAFKAJS_VERSION = "2.2.4";

const CONNECT_MS_MAX = 3_000;
export const REQUEST_MS_MAX = 30_000;
/** Waiting and trying again is done on our side of the seam. */
export const RETRY = { retries: 1, initialRetryTime: 50, maxRetryTime: 200 } as const;

/** By the numbers of the protocol. */
export const COMPRESSION_TYPES = { none: 0, gzip: 1, zstd: 4 } as const;

/** What kafkajs 2.2.4 has and its types leave out. */
export interface GroupBroker extends Broker {
  joinGroup(request: object): Promise<{
    generationId: number;
    leaderId: string;
    memberId: string;
    members: readonly { memberId: string; memberMetadata: Buffer }[];
  }>;
  syncGroup(request: object): Promise<{ memberAssignment: Buffer }>;
  heartbeat(request: object): Promise<unknown>;
  leaveGroup(request: object): Promise<unknown>;
  deleteRecords(request: object): Promise<unknown>;
  listOffsets(request: object): Promise<{ responses: { partitions: { offset: string }[] }[] }>;
  /** Sends any request of the protocol. */
  readonly connectionPool: {
    send<Answer>(protocol: {
      readonly request: {
        readonly apiKey: number;
        readonly apiVersion: number;
        readonly apiName: string;
        readonly encode: () => Promise<object>;
      };
      readonly response: {
        readonly decode: (bytes: Uint8Array) => Promise<Answer>;
        readonly parse: (answer: Answer) => Promise<Answer>;
      };
    }): Promise<Answer>;
  };
}

export type AnyCluster = Cluster & {
  metadata(options: { topics: readonly string[] }): ReturnType<Cluster["metadata"]>;
};

/** @throws GraphError TENON1564 */
export async function loadKafkajs(options: WireOptions): Promise<Kafka> {
  const { CompressionCodecs, Kafka, logLevel } = await import("kafkajs").then(
    ({ default: module }) => module,
    (error: unknown) => {
      throw clientMissing("kafkajs", "is not installed", error);
    },
  );
  dropNegativeTimeoutWarning();
  if (options.compression === "zstd") nameZstd(CompressionCodecs);
  const { tls, sasl } = options.access;
  return new Kafka({
    brokers: [...options.brokers],
    clientId: options.clientId,
    connectionTimeout: CONNECT_MS_MAX,
    requestTimeout: REQUEST_MS_MAX,
    retry: RETRY,
    ...(tls !== undefined && { ssl: tls }),
    ...(sasl !== undefined && { sasl: sasl as SASLOptions }),
    // What goes wrong is told by errors.
    logLevel: logLevel.NOTHING,
  });
}

/** kafkajs brings no codec but gzip's, and takes others by its one table; somebody's own stays. */
function nameZstd(codecs: typeof CompressionCodecs): void {
  try {
    codecs[COMPRESSION_TYPES.zstd]();
  } catch {
    const compress = async ({ buffer }: { readonly buffer: Buffer }) => zstdCompressSync(buffer);
    const decompress = async (buffer: Buffer) => zstdDecompressSync(buffer);
    codecs[COMPRESSION_TYPES.zstd] = () => ({ compress, decompress });
  }
}

/** kafkajs hands a cluster to partition assigners: the one published way to it. */
export function clusterOf(kafka: Kafka): AnyCluster {
  let found: AnyCluster | undefined;
  kafka.consumer({
    groupId: "tenon",
    allowAutoTopicCreation: false,
    partitionAssigners: [
      ({ cluster }) => {
        found = cluster as AnyCluster;
        return {
          name: "none",
          version: 0,
          assign: async () => [],
          protocol: () => ({ name: "none", metadata: Buffer.alloc(0) }),
        };
      },
    ],
  });
  if (found === undefined) throw clientMissing("kafkajs", `is not version ${KAFKAJS_VERSION}`, undefined);
  return found;
}
