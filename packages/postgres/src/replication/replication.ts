/** Low-level logical replication: a connection in replication mode, its commands, and the two-way stream of one slot. */

export interface SystemIdentity {
  /** Names the cluster: changes with every `initdb`. */
  readonly systemId: string;
  /** Rises at every promotion and point-in-time recovery. */
  readonly timeline: number;
  /** Where the server's log ends. */
  readonly position: bigint;
}

export interface CreatedSlot {
  readonly slot: string;
  /** The slot streams what commits after this. */
  readonly consistentPoint: bigint;
  /** With `exportSnapshot`: rows as of the consistent point, until the next command on the connection. */
  readonly snapshot: string | undefined;
}

export interface CreateSlotOptions {
  readonly slot: string;
  /** Ends with the connection. */
  readonly temporary?: boolean;
  readonly exportSnapshot?: boolean;
}

/** One message of the server. `bytes` are valid until the handler returns. */
export type StreamMessage =
  | { readonly kind: "data"; readonly position: bigint; readonly walEnd: bigint; readonly bytes: Buffer }
  /** Everything before `walEnd` has been sent. */
  | { readonly kind: "keepalive"; readonly walEnd: bigint; readonly replyRequested: boolean };

export interface StreamOptions {
  readonly slot: string;
  /** Streams transactions that commit after it; before the slot's own position the server starts at the slot's, silently. */
  readonly from: bigint;
  /** Options of the output plugin. */
  readonly options: Readonly<Record<string, string>>;
  /** Called in order. What it throws ends the stream. */
  readonly onMessage: (message: StreamMessage) => void;
}

export interface StreamStatus {
  readonly received: bigint;
  /** The server forgets what lies before it. */
  readonly flushed: bigint;
  readonly replyRequested?: boolean;
}

export interface ReplicationStream {
  /** Settles when the stream is over: with the reason, or `undefined` after `close`. */
  readonly ended: Promise<Error | undefined>;
  /** Bytes that have come: grows while a large message is still under way. */
  readonly bytesRead: number;
  sendStatus(status: StreamStatus): void;
  /** Stops reading from the socket: the server then waits. */
  pause(): void;
  resume(): void;
}

export interface ReplicationConnection {
  identify(): Promise<SystemIdentity>;
  createSlot(options: CreateSlotOptions): Promise<CreatedSlot>;
  dropSlot(slot: string): Promise<void>;
  /** Resolves when the server streams. The connection takes no further command. */
  stream(options: StreamOptions): Promise<ReplicationStream>;
  close(): Promise<void>;
}
