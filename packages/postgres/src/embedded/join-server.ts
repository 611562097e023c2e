/** How a process comes to share the server of a data folder: it finds the folder's keeper, or starts one. */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import type { Socket } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { GraphError } from "@tenon/graph-core";
import { type DataFolder, openDataFolder } from "./keeper/data-folder.ts";
import { connectTo, newestLock } from "./keeper/generation-lock.ts";
import type { KeeperOptions } from "./keeper/keeper.ts";
import type { ServerFacts } from "./keeper/launch.ts";
import { type FailureFacts, LaunchFailure, startFailed } from "./keeper/launch-failure.ts";
import { onLines } from "./keeper/lines.ts";
import type { ServerExit } from "./keeper/server-process.ts";

/** A keeper that is on its way out is met at most a few times in a row. */
const ROUNDS_MAX = 50;
const KEEPER_LOG_CHARACTERS = 2_000;

/** A share in a running server. */
export interface Share {
  readonly facts: ServerFacts;
  /** Whether this process caused the start. */
  readonly started: boolean;
  /** Settles when the server has ended by itself or lost its keeper; never after `leave`. */
  readonly ended: Promise<ServerExit>;
  /** Resolves once the server has stopped, if nobody else shares it. */
  leave(): Promise<void>;
}

/** @throws GraphError TENON1510 to TENON1515 and TENON1519, as the keeper found */
export async function joinServer(options: Omit<KeeperOptions, "folder"> & { readonly folder: string }): Promise<Share> {
  try {
    const folder = await openDataFolder(options.folder);
    for (let round = 0; round < ROUNDS_MAX; round++) {
      let socket = await connectToKeeper(folder);
      const started = socket === undefined && (await startKeeper(folder, options));
      socket ??= await connectToKeeper(folder);
      const share = socket === undefined ? undefined : await shareOver(socket, started);
      if (share !== undefined) return share;
    }
    throw startFailed(`the server of "${options.folder}" starts and stops without end`, await keeperLog(folder));
  } catch (error) {
    if (error instanceof LaunchFailure) throw toGraphError(error.facts);
    // The file system refused: no room, no permission, read-only.
    if (error instanceof Error && "syscall" in error) {
      throw toGraphError(startFailed(`the data folder "${options.folder}" cannot be written`, error.message).facts);
    }
    throw error;
  }
}

function toGraphError({ message, ...facts }: FailureFacts): GraphError {
  return new GraphError(message, facts);
}

async function connectToKeeper(folder: DataFolder): Promise<Socket | undefined> {
  const lock = await newestLock(folder.keeper);
  return lock === undefined ? undefined : connectTo(lock.socket);
}

/** @returns whether the keeper we started now holds the folder; another one may have been quicker */
async function startKeeper(folder: DataFolder, options: Omit<KeeperOptions, "folder">): Promise<boolean> {
  await rm(join(folder.keeper, "keeper.log"), { force: true });
  const log = openSync(join(folder.keeper, "keeper.log"), "a", 0o600);
  let child: ChildProcess;
  try {
    const main = new URL(`./keeper/keeper-main${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`, import.meta.url);
    // In a session of its own, so that Ctrl-C reaches its sharers only: they leave when they are done.
    child = spawn(process.execPath, [fileURLToPath(main), JSON.stringify({ ...options, folder: folder.path })], {
      detached: true,
      cwd: "/",
      env: keeperEnvironment(folder),
      stdio: ["ignore", "pipe", log],
    });
  } finally {
    closeSync(log);
  }
  const said = await firstLine(child);
  child.stdout?.destroy();
  child.unref();
  if (said === "holding") return true;
  if (said === "busy") return false;
  throw startFailed(`the keeper of the server of "${folder.path}" did not start`, await keeperLog(folder));
}

/** Without Node options of this process, such as a debugger's port; compiled code is kept, which halves the time to begin. */
function keeperEnvironment(folder: DataFolder): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _, ...env } = process.env;
  return { ...env, NODE_COMPILE_CACHE: env.NODE_COMPILE_CACHE ?? join(folder.keeper, "compiled") };
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    let text = "";
    child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
      if (text.includes("\n")) resolve(text.slice(0, text.indexOf("\n")));
    });
    child.stdout?.once("close", () => resolve(text));
    child.once("error", () => resolve(text));
  });
}

async function keeperLog(folder: DataFolder): Promise<string> {
  const text = await readFile(join(folder.keeper, "keeper.log"), "utf8").catch(() => "");
  return text.slice(-KEEPER_LOG_CHARACTERS);
}

/** @returns undefined when the keeper went away before the server was ready */
function shareOver(socket: Socket, started: boolean): Promise<Share | undefined> {
  return new Promise((resolve, reject) => {
    const ended = Promise.withResolvers<ServerExit>();
    const left = Promise.withResolvers<void>();
    let leaving = false;
    onLines(socket, (line) => {
      if ("failed" in line) reject(new LaunchFailure(line.failed as FailureFacts));
      if ("exited" in line) ended.resolve(line.exited as ServerExit);
      if ("left" in line) left.resolve();
      if (!("ready" in line)) return;
      // The share must not keep the process alive; its end gives the share up.
      socket.unref();
      const leave = () => {
        if (!leaving) {
          leaving = true;
          socket.ref();
          if (socket.writable) socket.write('{"leave":true}\n');
          else left.resolve();
        }
        return left.promise.finally(() => socket.destroy());
      };
      resolve({ facts: line.ready as ServerFacts, started, ended: ended.promise, leave });
    });
    socket.write('{"join":true}\n');
    socket.on("error", () => undefined);
    socket.once("close", () => {
      resolve(undefined);
      left.resolve();
      if (!leaving) ended.resolve({ code: null, signal: null });
    });
  });
}
