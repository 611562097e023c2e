/** Answers as the debug route of a serving process does, with whatever a test wants. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export async function hostSaying(answer: object): Promise<{ readonly url: string; readonly close: () => void }> {
  const server = createServer((_, reply) =>
    reply.setHeader("content-type", "application/json").end(JSON.stringify(answer)),
  );
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() };
}
