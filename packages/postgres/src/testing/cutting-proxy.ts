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

/** Answers that a piece of whole messages asks for. */
function answersTo(sent: Buffer): number {
  let answers = 0;
  for (let at = 0; at + 5 <= sent.length; at += 1 + sent.readUInt32BE(at + 1))
    if (ANSWERED.has(String.fromCharCode(sent[at] as number))) answers++;
  return answers;
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
    /** Of the piece that is cut: each statement that was sent with it has an answer of its own. */
    let unanswered = 0;
    client.on("data", (sent) => {
      if (frozen) return;
      const cut = cutting ? undefined : cutAt(sent);
      if (cut !== undefined) cuts[cut]++;
      if (cut === "before") {
        client.destroy();
        return;
      }
      if (cut === "after") unanswered = answersTo(sent);
      cutting ||= cut === "after";
      upstream.write(sent);
    });
    let tail = Buffer.alloc(0);
    upstream.on("data", (answer) => {
      if (frozen) return;
      if (!cutting) {
        client.write(answer);
        return;
      }
      const all = Buffer.concat([tail, answer]);
      let from = 0;
      for (let at = all.indexOf(READY); at !== -1; at = all.indexOf(READY, from)) {
        unanswered--;
        from = at + READY.length;
      }
      tail = all.subarray(Math.max(from, all.length - READY.length + 1));
      // All answers are here, so the server has done it; the client never learns.
      if (unanswered <= 0) client.destroy();
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
