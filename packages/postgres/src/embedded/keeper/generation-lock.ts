/**
 * Which process keeps the server of a data folder.
 *
 * The holder listens on a socket before it takes the lock, so a lock is alive exactly while something answers on its
 * socket: the kernel closes it with the process, however that ends, and no process number can be mistaken for another's.
 *
 * K1 A generation's file appears whole (a link to a written file), and only one process can make it.
 * K2 A taker makes the generation after the newest it has seen dead; a holder that finds a newer one withdraws.
 * K3 Only the holder removes older generations, after K2. So no two processes ever hold one folder.
 */
import { randomBytes } from "node:crypto";
import { link, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { join } from "node:path";

/** A process that finds this many newer generations at once is not contending any more, something is broken. */
const ROUNDS_MAX = 100;

export interface Lock {
  readonly generation: number;
  /** Where the holder listens. */
  readonly socket: string;
}

/** The newest lock of a folder, alive or not. */
export async function newestLock(folder: string): Promise<Lock | undefined> {
  const generation = Math.max(0, ...(await generations(folder)));
  if (generation === 0) return undefined;
  try {
    const { socket } = JSON.parse(await readFile(fileOf(folder, generation), "utf8")) as { socket: string };
    return { generation, socket };
  } catch {
    // Removed meanwhile, by the holder of a newer one.
    return newestLock(folder);
  }
}

/**
 * Takes the lock for a process that already listens on `socket`.
 *
 * @param looked called between looking and taking; tests let others act there
 * @returns the lock, or `undefined` when another process holds it
 */
export async function takeLock(
  folder: string,
  socket: string,
  looked: () => Promise<void> = async () => undefined,
): Promise<Lock | undefined> {
  const written = join(folder, `taking.${randomBytes(8).toString("hex")}`);
  await writeFile(written, JSON.stringify({ socket }), { mode: 0o600 });
  try {
    for (let round = 0; round < ROUNDS_MAX; round++) {
      const newest = await newestLock(folder);
      if (newest !== undefined) {
        const answering = await connectTo(newest.socket);
        answering?.destroy();
        if (answering !== undefined) return undefined;
      }
      await looked();
      const generation = (newest?.generation ?? 0) + 1;
      try {
        await link(written, fileOf(folder, generation));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "EEXIST") continue;
        throw error;
      }
      const others = await generations(folder);
      if (Math.max(...others) > generation) {
        await rm(fileOf(folder, generation), { force: true });
        continue;
      }
      await removeOlder(folder, generation, others);
      return { generation, socket };
    }
    return undefined;
  } finally {
    await rm(written, { force: true });
  }
}

/** A connection to a holder, or `undefined` when there is none any more. */
export function connectTo(path: string): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.removeAllListeners("error");
      resolve(socket);
    });
    socket.once("error", () => resolve(undefined));
  });
}

async function removeOlder(folder: string, generation: number, all: readonly number[]): Promise<void> {
  for (const older of all.filter((other) => other < generation)) {
    const file = fileOf(folder, older);
    const { socket } = JSON.parse(await readFile(file, "utf8").catch(() => "{}")) as { socket?: string };
    if (socket !== undefined) await rm(socket, { force: true });
    await rm(file, { force: true });
  }
}

async function generations(folder: string): Promise<readonly number[]> {
  return (await readdir(folder)).flatMap((name) => {
    const generation = /^lock\.(\d+)$/.exec(name)?.[1];
    return generation === undefined ? [] : [Number(generation)];
  });
}

function fileOf(folder: string, generation: number): string {
  return join(folder, `lock.${generation}`);
}
