/** The log over Kafka. The client libraries are the project's to install, and are loaded when a log is opened. */
export type { KafkaSasl, KafkaTls } from "./access.ts";
export { type KafkaLogOptions, openKafkaLog } from "./open-kafka-log.ts";
export type { KafkaCompression } from "./wire.ts";
