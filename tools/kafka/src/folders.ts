import { resolve } from "node:path";

/** Jars, data and logs: below the repository, ignored by git. */
export const kafkaFolder: string = resolve(import.meta.dirname, "../../../.tenon/kafka");
export const pomPath: string = resolve(import.meta.dirname, "../pom.xml");

/** Versions that the contract suite is run against; the first is the default. */
export const KAFKA_VERSIONS: readonly string[] = ["4.3.0", "3.9.2"];
