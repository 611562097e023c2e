import { connect, createServer, type Socket } from "node:net";

/** A way to the server that can go silent without closing, as a lost network does. */
export interface SilentProxy {
  readonly url: string;
  /** From now on nothing passes, in either direction. */
  silence(): void;
  close(): Promise<void>;
}

export async function silentProxy(url: string): Promise<SilentProxy> {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => undefined);
    }
    client.on("data", (chunk) => upstream.write(chunk));
    upstream.on("data", (chunk) => client.write(chunk));
    client.on("close", () => upstream.destroy());
    upstream.on("close", () => client.destroy());
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as { port: number };
  const through = new URL(url);
  through.port = String(port);
  return {
    url: through.href,
    silence: () => {
      for (const socket of sockets) {
        socket.removeAllListeners("data");
        socket.pause();
      }
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((closed) => server.close(closed));
    },
  };
}
