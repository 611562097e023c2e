/** Settings of a node, as the lines of `server.properties`. */
export interface NodePlace {
  readonly id: number;
  readonly brokerPort: number;
  readonly controllerPort: number;
  /** Absolute. */
  readonly folder: string;
  /** Port of the listener with TLS and passwords, where there is one. */
  readonly securePort?: number | undefined;
}

/** Who may come in at the secure listener, and the certificate it shows. */
export interface Security {
  /** Names and passwords, for every mechanism. */
  readonly users: Readonly<Record<string, string>>;
  /** PKCS #12, absolute, and its password. */
  readonly keystore: string;
  readonly keystorePassword: string;
}

export const SCRAM: readonly string[] = ["SCRAM-SHA-256", "SCRAM-SHA-512"];
const LOGIN_MODULE = "org.apache.kafka.common.security";

const HOST = "127.0.0.1";

export function addressOf({ brokerPort }: NodePlace): string {
  return `${HOST}:${brokerPort}`;
}

export function secureAddressOf({ securePort }: NodePlace): readonly string[] {
  return securePort === undefined ? [] : [`${HOST}:${securePort}`];
}

/** One node keeps one copy of everything; three keep three and take a write when two have it. */
export function settingsOf(node: NodePlace, all: readonly NodePlace[], security?: Security): string {
  const { id, brokerPort, controllerPort, securePort, folder } = node;
  const secure = securePort === undefined ? "" : `,SASL_SSL://${HOST}:${securePort}`;
  const listeners = `PLAINTEXT://${HOST}:${brokerPort},CONTROLLER://${HOST}:${controllerPort}${secure}`;
  const copies = Math.min(3, all.length);
  const inSync = Math.max(1, copies - 1);
  const settings: Record<string, string | number | boolean> = {
    "process.roles": "broker,controller",
    "node.id": id,
    listeners,
    "advertised.listeners": listeners,
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "PLAINTEXT",
    "listener.security.protocol.map": `CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT${secure && ",SASL_SSL:SASL_SSL"}`,
    "log.dirs": `${folder}/data`,
    // A topic is made by createTopics, never by a misspelt name.
    "auto.create.topics.enable": false,
    "default.replication.factor": copies,
    "min.insync.replicas": inSync,
    "offsets.topic.replication.factor": copies,
    "offsets.topic.num.partitions": 8,
    "transaction.state.log.replication.factor": copies,
    "transaction.state.log.min.isr": inSync,
    "transaction.state.log.num.partitions": 8,
    "share.coordinator.state.topic.replication.factor": copies,
    "share.coordinator.state.topic.min.isr": inSync,
    // Members of tests come one by one and are not worth waiting for.
    "group.initial.rebalance.delay.ms": 0,
    "group.min.session.timeout.ms": 1_000,
    // A node that was killed is back when its last session is over: 2 s instead of 9.
    "broker.session.timeout.ms": 2_000,
    "broker.heartbeat.interval.ms": 500,
    ...(security === undefined ? {} : securitySettings(security)),
  };
  if (all.length === 1) settings["controller.quorum.bootstrap.servers"] = `${HOST}:${controllerPort}`;
  else settings["controller.quorum.voters"] = all.map((each) => `${each.id}@${HOST}:${each.controllerPort}`).join(",");
  return `${Object.entries(settings)
    .map(([name, value]) => `${name}=${value}`)
    .join("\n")}\n`;
}

function securitySettings({ users, keystore, keystorePassword }: Security): Readonly<Record<string, string>> {
  const names = Object.entries(users).map(([name, password]) => `user_${name}="${password}"`);
  const listener = (mechanism: string) => `listener.name.sasl_ssl.${mechanism.toLowerCase()}.sasl.jaas.config`;
  return {
    "sasl.enabled.mechanisms": ["PLAIN", ...SCRAM].join(","),
    [listener("PLAIN")]: `${LOGIN_MODULE}.plain.PlainLoginModule required ${names.join(" ")};`,
    ...Object.fromEntries(SCRAM.map((each) => [listener(each), `${LOGIN_MODULE}.scram.ScramLoginModule required;`])),
    "ssl.keystore.type": "PKCS12",
    "ssl.keystore.location": keystore,
    "ssl.keystore.password": keystorePassword,
  };
}
