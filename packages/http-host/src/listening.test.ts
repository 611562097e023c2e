import { createServer } from "node:net";
import { expect, test } from "vitest";
import { requireFree } from "./listening.ts";

const HOST = "127.0.0.1";

test("an address that somebody listens on is told by name, and free again when he has gone", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
  const { port } = server.address() as { readonly port: number };
  await expect(requireFree({ host: HOST, port })).rejects.toMatchObject({
    code: "TENON1603",
    message: expect.stringContaining(`cannot listen on ${HOST}:${port}`),
  });
  await new Promise((resolve) => server.close(resolve));
  await requireFree({ host: HOST, port });
  // Looking has left nothing behind.
  await requireFree({ host: HOST, port });
});

test("an address of another machine is told, too", async () => {
  await expect(requireFree({ host: "192.0.2.1", port: 0 })).rejects.toMatchObject({ code: "TENON1603" });
});
