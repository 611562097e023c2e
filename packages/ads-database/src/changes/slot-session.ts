/**
 * One connection that streams the slot.
 *
 * S1 Pieces wait in order until they are taken; the socket is paused while more than `unreadMax` deltas wait.
 * S2 An idle position counts only while no transaction is open and no piece waits.
 */
import { type ReplicationConnection, type StreamMessage, StreamWatch } from "@tenon/postgres/replication";
import { logBroken } from "../errors.ts";
import { PUBLICATION } from "../schema/names.ts";
import type { ChangePiece } from "./change-log.ts";
import { PieceDecoder } from "./piece-decoder.ts";

export interface SlotSessionOptions {
  readonly connection: ReplicationConnection;
  readonly slot: string;
  readonly from: bigint;
  readonly deltasMax: number;
  readonly unreadMax: number;
  readonly silenceMsMax?: number | undefined;
  /** What the consumer has stored. */
  readonly acknowledged: () => bigint;
  /** A piece or an idle position has come. */
  readonly onNews: () => void;
  readonly onUnknownTable?: ((name: string) => void) | undefined;
}

export class SlotSession {
  /** Settles when the stream is over, with the reason. */
  readonly ended: Promise<Error>;
  readonly #options: SlotSessionOptions;
  readonly #decoder: PieceDecoder;
  readonly #queue: ChangePiece[] = [];
  #end: (reason: Error) => void = () => undefined;
  #watch: StreamWatch | undefined;
  #unread = 0;
  #received: bigint;
  #idleAt: bigint | undefined;

  private constructor(options: SlotSessionOptions) {
    this.#options = options;
    this.#received = options.from;
    this.#decoder = new PieceDecoder(options);
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  /** Starts the stream. What the server refuses it with is in the rejection. */
  static async start(options: SlotSessionOptions): Promise<SlotSession> {
    const session = new SlotSession(options);
    const { connection, slot, from, silenceMsMax, acknowledged } = options;
    const stream = await connection.stream({
      slot,
      from,
      options: { proto_version: "1", publication_names: PUBLICATION },
      onMessage: (message) => session.#receive(message),
    });
    session.#watch = new StreamWatch({
      stream,
      silenceMsMax,
      status: () => ({ received: session.#received, flushed: acknowledged() }),
      onSilence: (silentMs) => {
        session.#end(new Error(`no word from the server for ${Math.round(silentMs)} ms`));
        void connection.close();
      },
    });
    void stream.ended.then((reason) => {
      session.#watch?.stop();
      session.#end(reason ?? new Error("the stream was closed"));
    });
    return session;
  }

  get hasPieces(): boolean {
    return this.#queue.length > 0;
  }

  /** Everything before it has been sent, and nothing of it waits; `undefined` when that cannot be said. */
  get idleAt(): bigint | undefined {
    return this.#queue.length === 0 && !this.#decoder.inTransaction ? this.#idleAt : undefined;
  }

  /** Transactions of the first pieces, which stay. */
  next(piecesMax: number): readonly number[] {
    return this.#queue.slice(0, piecesMax).map(({ transactionId }) => transactionId);
  }

  take(piecesMax: number): ChangePiece[] {
    const pieces = this.#queue.splice(0, piecesMax);
    for (const { deltas } of pieces) this.#unread -= deltas.length;
    if (this.#unread <= this.#options.unreadMax / 2) this.#watch?.resume();
    return pieces;
  }

  /** Tells the server at once what is acknowledged. */
  tell(): void {
    this.#watch?.tell();
  }

  async close(): Promise<void> {
    this.tell();
    this.#watch?.stop();
    await this.#options.connection.close();
  }

  #receive(message: StreamMessage): void {
    this.#watch?.heard();
    if (message.kind === "keepalive") {
      this.#idle(message.walEnd);
      if (message.replyRequested) this.tell();
      return;
    }
    if (message.position > this.#received) this.#received = message.position;
    const piece = this.#decode(message.bytes);
    if (piece === undefined) return;
    // Nothing of ours was in it: it moves the position, as an idle server does.
    if (piece.isLast && piece.first === 0 && piece.deltas.length === 0) {
      this.#idle(piece.position);
      return;
    }
    this.#queue.push(piece);
    this.#unread += piece.deltas.length;
    if (this.#unread >= this.#options.unreadMax) this.#watch?.pause();
    this.#options.onNews();
  }

  #decode(bytes: Buffer): ChangePiece | undefined {
    try {
      return this.#decoder.push(bytes);
    } catch (error) {
      this.#end(error instanceof Error ? error : logBroken(String(error)));
      throw error;
    }
  }

  #idle(position: bigint): void {
    if (position > this.#received) this.#received = position;
    if (this.#decoder.inTransaction) return;
    this.#idleAt = position;
    this.#options.onNews();
  }
}
