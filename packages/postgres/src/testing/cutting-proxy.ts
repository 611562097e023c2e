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
    client.on("data", (sent) => {
      if (frozen) return;
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
      if (!cutting) {
        client.write(answer);
        return;
      }
      tail = Buffer.concat([tail, answer]).subarray(-READY.length - 1);
      // The whole answer is here, so the server has done it; the client never learns.
      if (tail.subarray(0, READY.length).equals(READY)) client.destroy();
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
