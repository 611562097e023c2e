/** For tests: a real Apache Kafka of their own. */
export { KAFKA_VERSIONS } from "./folders.ts";
export { kafkaMissing } from "./kafka-jars.ts";
export { type RunningKafka, type StartOptions, startKafka } from "./start-kafka.ts";
