import pg from "pg";
import type { ConnectOptions } from "../database/connect-options.ts";
import { connectionFailed, statementRefused } from "../database/errors.ts";
import { clientConfig } from "../database/open-connection.ts";
import { CopyBothStream, type WireConnection } from "./copy-both-stream.ts";
import { lsnOf, lsnText } from "./lsn.ts";
import type {
  CreatedSlot,
  CreateSlotOptions,
  ReplicationConnection,
  ReplicationStream,
  StreamOptions,
  SystemIdentity,
} from "./replication.ts";

/** Names that need no quoting: what the server allows for slots. */
const SLOT_NAME = /^[a-z0-9_]{1,63}$/;
/** How long a polite end of a stream may take before the socket is cut. */
const END_MS_MAX = 1_000;
/** At half of it the server speaks, also while it decodes a large transaction; its default of 60 s would mean 30 s of silence. */
const WAL_SENDER_TIMEOUT_MS = 15_000;

/**
 * Opens a connection in replication mode.
 *
 * @throws GraphError TENON1500 when the server cannot be reached or the user may not replicate; commands throw TENON1501
 */
export async function openReplication(options: ConnectOptions): Promise<ReplicationConnection> {
  const client = new pg.Client({
    ...clientConfig(options),
    pipeline: false,
    options: `-c wal_sender_timeout=${WAL_SENDER_TIMEOUT_MS}`,
    replication: "database",
  } as pg.ClientConfig);
  const opened = new OpenReplication(client);
  try {
    await client.connect();
  } catch (error) {
    client.end().catch(() => undefined);
    throw connectionFailed(options.url, error);
  }
  return opened;
}

class OpenReplication implements ReplicationConnection {
  readonly #client: pg.Client;
  #stream: CopyBothStream | undefined;
  #closing: Promise<void> | undefined;

  constructor(client: pg.Client) {
    this.#client = client;
    // Without a listener a stopping server would end the process.
    client.on("error", (error) => this.#stream?.fail(error));
  }

  async identify(): Promise<SystemIdentity> {
    const row = await this.#one("IDENTIFY_SYSTEM");
    return { systemId: String(row.systemid), timeline: Number(row.timeline), position: lsnOf(String(row.xlogpos)) };
  }

  async createSlot({ slot, temporary = false, exportSnapshot = false }: CreateSlotOptions): Promise<CreatedSlot> {
    const row = await this.#one(
      `CREATE_REPLICATION_SLOT ${checked(slot)} ${temporary ? "TEMPORARY " : ""}LOGICAL pgoutput (SNAPSHOT '${
        exportSnapshot ? "export" : "nothing"
      }')`,
    );
    return {
      slot,
      consistentPoint: lsnOf(String(row.consistent_point)),
      snapshot: row.snapshot_name == null ? undefined : String(row.snapshot_name),
    };
  }

  async dropSlot(slot: string): Promise<void> {
    await this.#run(`DROP_REPLICATION_SLOT ${checked(slot)}`);
  }

  async stream({ slot, from, options, onMessage }: StreamOptions): Promise<ReplicationStream> {
    const list = Object.entries(options).map(([name, value]) => `${name} '${value.replaceAll("'", "''")}'`);
    const command = `START_REPLICATION SLOT ${checked(slot)} LOGICAL ${lsnText(from)} (${list.join(", ")})`;
    const { connection } = this.#client as unknown as { readonly connection: WireConnection };
    const stream = new CopyBothStream(connection, onMessage);
    this.#stream = stream;
    const running = this.#client.query(command);
    running.then(
      () => stream.fail(new Error("the server ended the stream")),
      (error: unknown) => stream.fail(statementRefused(command, error)),
    );
    await stream.started;
    return stream;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const ended = this.#stream?.end();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<"late">((resolve) => {
      timer = setTimeout(() => resolve("late"), END_MS_MAX);
    });
    const polite = (ended ?? Promise.resolve()).then(() => this.#client.end());
    const outcome = await Promise.race([polite.catch(() => "late" as const), late]);
    clearTimeout(timer);
    if (outcome === "late") this.#stream?.cut();
  }

  async #one(command: string): Promise<Readonly<Record<string, unknown>>> {
    const [row] = await this.#run(command);
    return row ?? {};
  }

  async #run(command: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
    try {
      return (await this.#client.query(command)).rows as Readonly<Record<string, unknown>>[];
    } catch (error) {
      throw statementRefused(command, error);
    }
  }
}

function checked(slot: string): string {
  if (SLOT_NAME.test(slot)) return slot;
  throw statementRefused(`slot "${slot}"`, new Error("a slot's name is made of a-z, 0-9 and _"));
}
