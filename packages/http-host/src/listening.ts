/** Addresses that hosts listen on. */
import { createServer } from "node:net";
import { GraphError } from "@tenon/graph-core";

export interface Address {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
}

/** TENON1603: why nobody can listen on an address. */
export function cannotListen({ host, port }: Address, cause: unknown): GraphError {
  return new GraphError(`cannot listen on ${host}:${port}`, {
    code: "TENON1603",
    category: "resource",
    detail: (cause as Error).message,
    hint: "another process may have the port: set port (0 takes a free one), or host to an address of this machine",
    cause,
  });
}

/**
 * Resolves when an address can be listened on. For those who want to know before they start anything: whoever listens later may
 * still find it taken.
 *
 * @throws GraphError TENON1603
 */
export async function requireFree(address: Address): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => reject(cannotListen(address, error)));
    server.listen({ ...address }, resolve);
  });
  await new Promise((resolve) => server.close(resolve));
}
