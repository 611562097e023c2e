/** A TCP proxy before a server that cuts a connection at a chosen moment: what a broken network looks like to a client. */
import { connect, createServer, type Socket } from "node:net";

/** `before`: what the client sent does not arrive. `after`: it arrives, and the answer does not. */
export type CutAt =
  | { readonly text: string; readonly when: "before" | "after"; readonly alsoHolds?: string }
  | undefined;

export interface CuttingProxy {
  readonly url: string;
  /** Cuts the next connection whose client sends this text. */
  cutAt: CutAt;
  close(): Promise<void>;
}

export async function startProxy(url: string): Promise<CuttingProxy> {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => sockets.delete(socket));
    }
    let cutting = false;
    client.on("data", (chunk) => {
      const { cutAt } = proxy;
      if (cutAt === undefined || !chunk.includes(cutAt.text) || !chunk.includes(cutAt.alsoHolds ?? "")) {
        upstream.write(chunk);
        return;
      }
      proxy.cutAt = undefined;
      if (cutAt.when === "before") {
        client.destroy();
        upstream.destroy();
        return;
      }
      cutting = true;
      upstream.write(chunk);
    });
    upstream.on("data", (chunk) => {
      // The answer is here, so the server has done it; the client never learns.
      if (cutting) client.destroy();
      else client.write(chunk);
    });
    client.on("close", () => upstream.destroy());
    upstream.on("close", () => client.destroy());
  });
  const port = await new Promise<number>((resolve) =>
    server.listen(0, "127.0.0.1", () => resolve((server.address() as { port: number }).port)),
  );
  const through = new URL(url);
  through.port = String(port);
  const proxy: CuttingProxy = {
    url: through.href,
    cutAt: undefined,
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return proxy;
}
