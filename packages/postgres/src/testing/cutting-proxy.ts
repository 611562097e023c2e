/** A TCP proxy before a server that cuts connections at chosen moments, or falls silent: what a broken network looks like to a client. */
import { connect, createServer, type Socket } from "node:net";

/** `before`: what the client sent does not arrive. `after`: it arrives, and the answer does not. */
export type Cut = "before" | "after" | undefined;

export interface CuttingProxy {
  readonly url: string;
  /** Connections cut so far, by moment. */
  readonly cuts: Readonly<Record<"before" | "after", number>>;
  /** From now on nothing passes, either way, and no connection ends: a network that has lost both without a word. */
  freeze(): void;
  close(): Promise<void>;
}

/** A client's messages that the server ends its answers to: a query, and the end of a prepared statement's messages. */
const ANSWERED: ReadonlySet<string> = new Set(["Q", "S"]);
const HEADER_BYTES = 5;

/** Counts the answers that a client's stream asks for: one for its start, which has no type, and one for each message above. */
class Asked {
  count = 1;
  #unread = Buffer.alloc(0);
  #isStarted = false;

  read(sent: Buffer): void {
    let rest = Buffer.concat([this.#unread, sent]);
    while (rest.length >= HEADER_BYTES) {
      const typeBytes = this.#isStarted ? 1 : 0;
      const bytes = typeBytes + rest.readUInt32BE(typeBytes);
      if (rest.length < bytes) break;
      if (this.#isStarted && ANSWERED.has(String.fromCharCode(rest[0] as number))) this.count++;
      this.#isStarted = true;
      rest = rest.subarray(bytes);
    }
    this.#unread = rest;
  }
}

/** The server's last message of an answer, without the byte that says whether it is in a transaction. */
const READY = Buffer.from([0x5a, 0, 0, 0, 5]);

/**
 * Starts it before the server of a URL, on a free port of this machine.
 *
 * @param cutAt asked for everything that a client sends, in the order it comes
 */
export async function startCuttingProxy(url: string, cutAt: (sent: Buffer) => Cut): Promise<CuttingProxy> {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  const cuts = { before: 0, after: 0 };
  let frozen = false;
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => sockets.delete(socket));
    }
    let cutting = false;
    const asked = new Asked();
    let answered = 0;
    client.on("data", (sent) => {
      if (frozen) return;
      asked.read(sent);
      const cut = cutting ? undefined : cutAt(sent);
      if (cut !== undefined) cuts[cut]++;
      if (cut === "before") {
        client.destroy();
        return;
      }
      cutting ||= cut === "after";
      upstream.write(sent);
    });
    let tail = Buffer.alloc(0);
    upstream.on("data", (answer) => {
      if (frozen) return;
      const all = Buffer.concat([tail, answer]);
      let from = 0;
      for (let at = all.indexOf(READY); at !== -1; at = all.indexOf(READY, from)) {
        answered++;
        from = at + READY.length;
      }
      tail = all.subarray(Math.max(from, all.length - READY.length + 1));
      if (!cutting) client.write(answer);
      // All answers are here, so the server has done it; the client never learns.
      else if (answered >= asked.count) client.destroy();
    });
    client.on("close", () => upstream.destroy());
    upstream.on("close", () => client.destroy());
  });
  const port = await new Promise<number>((resolve) =>
    server.listen(0, "127.0.0.1", () => resolve((server.address() as { port: number }).port)),
  );
  const through = new URL(url);
  through.port = String(port);
  return {
    url: through.href,
    cuts,
    freeze: () => {
      frozen = true;
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
