import { createServer } from "node:net";

export const HOST = "127.0.0.1";

/** Whether a port can be listened on now. Somebody may still take it before we do. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ port, host: HOST, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** A port that was free a moment ago; the wished one if it can be had. */
export async function freePort(wished: number | undefined): Promise<number> {
  if (wished !== undefined && (await isFree(wished))) return wished;
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, HOST, () => {
      const address = server.address();
      server.close(() => resolve(address !== null && typeof address === "object" ? address.port : 0));
    });
  });
}
