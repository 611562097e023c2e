/** Starts, kills and ends Kafka nodes: the processes of this cluster, by id, and no others. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { openSync } from "node:fs";
import { mkdir, readdir, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { makeCertificate } from "./certificate.ts";
import { KAFKA_VERSIONS, kafkaFolder } from "./folders.ts";
import { kafkaJars } from "./kafka-jars.ts";
import { waitUntilReady } from "./ready.ts";
import { addressOf, type NodePlace, SCRAM, type Security, secureAddressOf, settingsOf } from "./settings.ts";

export interface StartOptions {
  readonly version?: string;
  /** One, or three. */
  readonly nodes?: 1 | 3;
  /** Name of the folder below `.tenon/kafka` that keeps data and logs. */
  readonly name: string;
  /** First broker's port; the others follow. Free ones when absent. */
  readonly port?: number;
  /** Goes on when this process ends, and keeps its data: for `npm run kafka:up`. */
  readonly detached?: boolean;
  /** Names and passwords: then there is a second listener with TLS, for them only, by PLAIN and SCRAM. */
  readonly users?: Readonly<Record<string, string>>;
  /** Runs with the optimising compiler and collector of a long life, for figures that speak of a broker's CPU. */
  readonly optimised?: boolean;
}

export interface RunningKafka {
  readonly version: string;
  readonly brokers: readonly string[];
  /** The listener for users, and the certificate to trust, PEM; none and empty without users. */
  readonly secure: { readonly brokers: readonly string[]; readonly certificate: string };
  readonly pids: readonly number[];
  /** Absolute; logs stay there. */
  readonly folder: string;
  /** From the start of the first process until a record came back, ms. */
  readonly readyMs: number;
  /** As `kill -9` does. @param node 1, 2 or 3 */
  kill(node: number): Promise<void>;
  /** Ends a node in order: its partitions have other leaders first. @param node 1, 2 or 3 */
  shutDown(node: number): Promise<void>;
  /** Starts a node that has ended again on its data. Resolves when the cluster answers again. */
  restart(node: number): Promise<void>;
  /** Ends the nodes; deletes the data, keeps the logs. */
  stop(): Promise<void>;
}

const HEAP = { 1: "512m", 3: "384m" } as const;
const QUIET = "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn";
/** A short life is worth no optimiser: less CPU and memory for tests on small machines. */
const JVM = ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", QUIET];
const FORMAT_MS_MAX = 60_000;
const STOP_MS_MAX = 10_000;
const LOGS_KEPT_MS = 24 * 3_600_000;

export async function startKafka(options: StartOptions): Promise<RunningKafka> {
  const { version = KAFKA_VERSIONS[0] as string, nodes = 1, name, detached = false, optimised = false } = options;
  const jars = await kafkaJars(version);
  const folder = resolve(kafkaFolder, name);
  await rm(folder, { recursive: true, force: true });
  await removeOldLogs();
  const ports = options.port === undefined ? await freePorts(nodes * 3) : portsFrom(options.port, nodes);
  await mkdir(folder, { recursive: true });
  const { users } = options;
  const certificate = users === undefined ? undefined : await makeCertificate(folder);
  const security = users === undefined || certificate === undefined ? undefined : { users, ...certificate };
  const places = Array.from({ length: nodes }, (_, at) => ({
    id: at + 1,
    brokerPort: ports[at] as number,
    controllerPort: ports[nodes + at] as number,
    securePort: security === undefined ? undefined : (ports[2 * nodes + at] as number),
    folder: resolve(folder, `node-${at + 1}`),
  }));
  const startMs = performance.now();
  const clusterId = randomBytes(16).toString("base64url").replace(/^-/, "a");
  await Promise.all(places.map((place) => format(jars, { place, all: places, clusterId, security })));
  const cluster = new Cluster({
    version,
    jars,
    places,
    certificate: certificate?.certificate ?? "",
    folder,
    heap: HEAP[nodes],
    jvm: optimised ? [QUIET] : JVM,
    detached,
  });
  try {
    await cluster.start(startMs);
  } catch (error) {
    await cluster.stop();
    throw error;
  }
  return cluster;
}

/** Logs of tests are kept for a day. */
async function removeOldLogs(): Promise<void> {
  for (const entry of await readdir(kafkaFolder, { withFileTypes: true })) {
    if (!entry.isDirectory() || !entry.name.startsWith("test-")) continue;
    const folder = resolve(kafkaFolder, entry.name);
    const { mtimeMs } = await stat(folder);
    if (Date.now() - mtimeMs > LOGS_KEPT_MS) await rm(folder, { recursive: true, force: true });
  }
}

interface ClusterOptions {
  readonly version: string;
  readonly jars: string;
  readonly places: readonly NodePlace[];
  readonly certificate: string;
  readonly folder: string;
  readonly heap: string;
  readonly jvm: readonly string[];
  readonly detached: boolean;
}

class Cluster implements RunningKafka {
  readonly #options: ClusterOptions;
  readonly #processes = new Map<number, ChildProcess>();
  readyMs = 0;

  constructor(options: ClusterOptions) {
    this.#options = options;
    // A test process that ends early leaves no server behind.
    if (!options.detached) process.once("exit", this.#killAll);
  }

  readonly #killAll = (): void => {
    for (const child of this.#processes.values()) child.kill("SIGKILL");
  };

  get version(): string {
    return this.#options.version;
  }

  get folder(): string {
    return this.#options.folder;
  }

  get brokers(): readonly string[] {
    return this.#options.places.map(addressOf);
  }

  get secure(): RunningKafka["secure"] {
    const { places, certificate } = this.#options;
    return { brokers: places.flatMap(secureAddressOf), certificate };
  }

  get pids(): readonly number[] {
    return [...this.#processes.values()].flatMap(({ pid }) => pid ?? []);
  }

  async start(startMs: number): Promise<void> {
    for (const place of this.#options.places) this.#spawn(place);
    await this.#untilReady();
    this.readyMs = performance.now() - startMs;
    if (this.#options.detached) for (const child of this.#processes.values()) child.unref();
  }

  #untilReady(): Promise<void> {
    return waitUntilReady(this.brokers, () => [...this.#processes.values()].every(isRunning));
  }

  #spawn({ id, folder }: NodePlace): void {
    const { jars, heap, jvm, detached } = this.#options;
    const log = openSync(resolve(folder, "server.log"), "a");
    const args = [`-Xmx${heap}`, ...jvm, "-cp", `${jars}/*`, "kafka.Kafka", resolve(folder, "server.properties")];
    this.#processes.set(id, spawn("java", args, { detached, stdio: ["ignore", log, log] }));
  }

  async kill(node: number): Promise<void> {
    await end(this.#process(node), "SIGKILL");
  }

  async shutDown(node: number): Promise<void> {
    await end(this.#process(node), "SIGTERM");
  }

  async restart(node: number): Promise<void> {
    const place = this.#options.places.find(({ id }) => id === node);
    if (place === undefined || isRunning(this.#process(node)))
      throw new Error(`node ${node} is not there or still runs`);
    this.#spawn(place);
    await this.#untilReady();
  }

  async stop(): Promise<void> {
    process.removeListener("exit", this.#killAll);
    // The data is not wanted any more, so there is nothing to close in order.
    await Promise.all([...this.#processes.values()].map((child) => end(child, "SIGKILL")));
    for (const { folder } of this.#options.places) await rm(resolve(folder, "data"), { recursive: true, force: true });
  }

  #process(node: number): ChildProcess {
    const found = this.#processes.get(node);
    if (found === undefined) throw new Error(`there is no node ${node}`);
    return found;
  }
}

function isRunning(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (!isRunning(child)) return;
  const ended = new Promise<void>((done) => child.once("exit", () => done()));
  child.kill(signal);
  const late = setTimeout(() => child.kill("SIGKILL"), STOP_MS_MAX);
  await ended;
  clearTimeout(late);
}

interface Format {
  readonly place: NodePlace;
  readonly all: readonly NodePlace[];
  readonly clusterId: string;
  readonly security: Security | undefined;
}

async function format(jars: string, { place, all, clusterId, security }: Format): Promise<void> {
  const settings = resolve(place.folder, "server.properties");
  await mkdir(place.folder, { recursive: true });
  await writeFile(settings, settingsOf(place, all, security));
  const standalone = all.length === 1 ? ["--standalone"] : [];
  const users = Object.entries(security?.users ?? {}).flatMap(([name, password]) =>
    SCRAM.flatMap((mechanism) => ["--add-scram", `${mechanism}=[name=${name},password=${password}]`]),
  );
  const tool = [...JVM, "-cp", `${jars}/*`, "kafka.tools.StorageTool"];
  const args = [...tool, "format", ...standalone, ...users, "-t", clusterId, "-c", settings];
  await promisify(execFile)("java", args, { timeout: FORMAT_MS_MAX });
}

function portsFrom(first: number, nodes: number): readonly number[] {
  return Array.from({ length: nodes * 3 }, (_, at) => first + 1_000 * Math.floor(at / nodes) + (at % nodes));
}

/** Ports that were free a moment ago: all are held until all are known. */
async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((done, fail) => server.once("error", fail).listen(0, "127.0.0.1", done));
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  return ports;
}
