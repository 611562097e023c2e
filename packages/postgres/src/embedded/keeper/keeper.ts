/**
 * The process that keeps one server for everybody who shares it. Each sharer holds a connection to it, so the kernel
 * tells when one is gone, however it ended; when the last one is gone the server is stopped.
 *
 * Lines of JSON: to sharers `{"ready": ServerFacts}`, `{"failed": FailureFacts}`, `{"exited": ServerExit}`,
 * `{"left": true}`; from them `{"join": true}` and `{"leave": true}`. A sharer that comes while the server stops gets no line but the end.
 */
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dataFolderAt } from "./data-folder.ts";
import { takeLock } from "./generation-lock.ts";
import { type Launched, launch } from "./launch.ts";
import { LaunchFailure, messageOf, startFailed } from "./launch-failure.ts";
import { onLines } from "./lines.ts";
import { shortenLog } from "./server-process.ts";
import { Sharers } from "./sharers.ts";

/** The starter connects within milliseconds; a loaded machine gets far more. */
const FIRST_SHARER_MS_MAX = 30_000;
const SOCKET_PATH_BYTES_MAX = 103;
/** Between looks at the size of the log. */
const LOG_LOOK_MS = 60_000;

export interface KeeperOptions {
  /** Absolute, opened by `openDataFolder`. */
  readonly folder: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly port?: number;
  /** Absolute; as in `EmbeddedOptions`. */
  readonly home?: string;
  readonly lingerMs: number;
}

/**
 * Keeps the server until nobody shares it, or it ends by itself.
 *
 * @param holding called once this process holds the folder and can be connected to
 * @returns false when another process keeps the server of this folder
 */
export async function keep(options: KeeperOptions, holding: () => void): Promise<boolean> {
  const folder = dataFolderAt(options.folder);
  const keeper = new Keeper(options);
  const path = await keeper.listen(folder.keeper);
  if ((await takeLock(folder.keeper, path)) === undefined) {
    await keeper.close();
    return false;
  }
  holding();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => keeper.stop());
  const looking = setInterval(() => void shortenLog(folder).catch(() => undefined), LOG_LOOK_MS);
  await keeper.run(() => launch(folder, options));
  clearInterval(looking);
  await keeper.close();
  return true;
}

class Keeper {
  readonly #server: Server;
  readonly #sharers: Sharers;
  readonly #sockets = new Set<Socket>();
  readonly #sharing = new Set<Socket>();
  /** Sharers that said goodbye and wait to hear that the server has stopped. */
  readonly #leaving = new Set<Socket>();
  readonly #stopping = Promise.withResolvers<void>();
  #path = "";
  #ownFolder: string | undefined;
  #news: object | undefined;

  constructor({ lingerMs }: KeeperOptions) {
    this.#server = createServer((socket) => this.#welcome(socket));
    this.#sharers = new Sharers({
      lingerMs,
      firstMsMax: FIRST_SHARER_MS_MAX,
      after: (ms, run) => {
        const timer = setTimeout(run, ms);
        return () => clearTimeout(timer);
      },
      onDeserted: () => this.stop(),
    });
  }

  async listen(folder: string): Promise<string> {
    const name = `${randomBytes(6).toString("hex")}.sock`;
    if (process.platform === "win32") this.#path = `\\\\.\\pipe\\tenon-${name}`;
    else {
      this.#path = join(folder, name);
      if (Buffer.byteLength(this.#path) > SOCKET_PATH_BYTES_MAX) {
        this.#ownFolder = await mkdtemp(join(tmpdir(), "tenon-"));
        this.#path = join(this.#ownFolder, name);
      }
    }
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(this.#path, resolve);
    });
    return this.#path;
  }

  async run(start: () => Promise<Launched>): Promise<void> {
    let launched: Launched;
    try {
      launched = await start();
    } catch (error) {
      const failure =
        error instanceof LaunchFailure ? error : startFailed("the keeper of a server failed", stackOf(error));
      this.#tell({ failed: failure.facts });
      return;
    }
    this.#tell({ ready: launched.facts });
    const exit = await Promise.race([launched.process.exited, this.#stopping.promise]);
    if (exit !== undefined) this.#tell({ exited: exit });
    else {
      await launched.process.stop();
      for (const socket of this.#leaving) send(socket, { left: true });
    }
  }

  stop(): void {
    this.#stopping.resolve();
  }

  async close(): Promise<void> {
    this.#server.close();
    await Promise.all([...this.#sockets].map((socket) => new Promise<void>((resolve) => socket.end(resolve))));
    for (const socket of this.#sockets) socket.destroy();
    await rm(this.#path, { force: true });
    if (this.#ownFolder !== undefined) await rm(this.#ownFolder, { recursive: true, force: true });
  }

  #welcome(socket: Socket): void {
    let sharing = false;
    const leave = () => {
      if (sharing) this.#sharers.leave();
      sharing = false;
    };
    socket.on("error", () => undefined);
    this.#sockets.add(socket);
    socket.once("close", () => {
      this.#sockets.delete(socket);
      this.#sharing.delete(socket);
      this.#leaving.delete(socket);
      leave();
    });
    onLines(socket, (line) => {
      // Whoever only looks whether a keeper is there says nothing, and does not count.
      if ("join" in line && !sharing && this.#sharers.join()) {
        sharing = true;
        this.#sharing.add(socket);
        if (this.#news !== undefined) send(socket, this.#news);
      }
      if ("leave" in line && sharing) {
        this.#sharing.delete(socket);
        this.#leaving.add(socket);
        leave();
        if (!this.#sharers.deserted) send(socket, { left: true });
      }
    });
  }

  #tell(news: object): void {
    this.#news = news;
    for (const socket of this.#sharing) send(socket, news);
  }
}

function send(socket: Socket, line: object): void {
  if (socket.writable) socket.write(`${JSON.stringify(line)}\n`);
}

function stackOf(error: unknown): string {
  return error instanceof Error && error.stack !== undefined ? error.stack : messageOf(error);
}
