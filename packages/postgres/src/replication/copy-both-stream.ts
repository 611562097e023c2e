import type { Socket } from "node:net";
import type { ReplicationStream, StreamMessage, StreamStatus } from "./replication.ts";

/** What `pg` lets through of the wire, in replication mode. */
export interface WireConnection {
  readonly stream: Socket;
  on(event: "copyData", told: (message: { readonly chunk: Buffer }) => void): void;
  once(event: "replicationStart" | "end", told: () => void): void;
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
}

const XLOG_DATA = 0x77;
const KEEPALIVE = 0x6b;
const STATUS = 0x72;
const STATUS_BYTES = 34;
/** 1970 to 2000 in microseconds: the server's clock starts in 2000. */
const EPOCH_2000_US = 946_684_800_000_000n;

/** The two-way stream. Message layout: PostgreSQL manual, "Streaming Replication Protocol". */
export class CopyBothStream implements ReplicationStream {
  /** Settles when the server has answered; rejects when it refused. */
  readonly started: Promise<void>;
  readonly ended: Promise<Error | undefined>;
  readonly #connection: WireConnection;
  readonly #onMessage: (message: StreamMessage) => void;
  #settle: (reason: Error | undefined) => void = () => undefined;
  #refuse: (reason: Error) => void = () => undefined;
  #over = false;
  #closing = false;

  constructor(connection: WireConnection, onMessage: (message: StreamMessage) => void) {
    this.#connection = connection;
    this.#onMessage = onMessage;
    this.ended = new Promise((settle) => {
      this.#settle = settle;
    });
    this.started = new Promise((resolve, reject) => {
      this.#refuse = reject;
      connection.once("replicationStart", resolve);
    });
    connection.on("copyData", ({ chunk }) => this.#receive(chunk));
    connection.once("end", () => this.fail(new Error("the connection was closed")));
  }

  get bytesRead(): number {
    return this.#connection.stream.bytesRead;
  }

  sendStatus({ received, flushed, replyRequested = false }: StreamStatus): void {
    if (this.#over || this.#closing || !this.#connection.stream.writable) return;
    const message = Buffer.allocUnsafe(STATUS_BYTES);
    message[0] = STATUS;
    message.writeBigUInt64BE(received, 1);
    message.writeBigUInt64BE(flushed, 9);
    message.writeBigUInt64BE(flushed, 17);
    message.writeBigInt64BE(BigInt(Date.now()) * 1_000n - EPOCH_2000_US, 25);
    message[33] = replyRequested ? 1 : 0;
    this.#connection.sendCopyFromChunk(message);
  }

  pause(): void {
    this.#connection.stream.pause();
  }

  resume(): void {
    this.#connection.stream.resume();
  }

  /** The stream is over. The first reason counts. */
  fail(reason: Error): void {
    this.#refuse(reason);
    this.#over = true;
    this.#settle(this.#closing ? undefined : reason);
  }

  /** Asks the server to end; what still comes is not delivered. */
  async end(): Promise<void> {
    if (this.#over) return;
    this.#closing = true;
    this.resume();
    this.#connection.endCopyFrom();
    await this.ended;
  }

  cut(): void {
    this.#closing = true;
    this.#connection.stream.destroy();
    this.fail(new Error("the connection was cut"));
  }

  #receive(chunk: Buffer): void {
    if (this.#over || this.#closing) return;
    try {
      const message = readMessage(chunk);
      if (message !== undefined) this.#onMessage(message);
    } catch (error) {
      this.fail(error instanceof Error ? error : new Error(String(error)));
      this.#connection.stream.destroy();
    }
  }
}

function readMessage(chunk: Buffer): StreamMessage | undefined {
  if (chunk[0] === XLOG_DATA) {
    return {
      kind: "data",
      position: chunk.readBigUInt64BE(1),
      walEnd: chunk.readBigUInt64BE(9),
      bytes: chunk.subarray(25),
    };
  }
  if (chunk[0] === KEEPALIVE) {
    return { kind: "keepalive", walEnd: chunk.readBigUInt64BE(1), replyRequested: chunk[17] === 1 };
  }
  return undefined;
}
