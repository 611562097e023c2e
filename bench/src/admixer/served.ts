/** A server process from its parent's side: started, asked, stopped. */
import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Answers, Question, Started } from "./protocol.ts";

export interface Served extends Started {
  /** From the fork to the first answer it could have given, ms. */
  readonly processToReadyMs: number;
  ask<Asked extends Question>(question: Asked): Promise<Answers[Asked]>;
  stop(): Promise<void>;
}

/** Starts a server with the flags of this process and some of its own. Its files lie in a folder that goes with it. */
export async function startServer(extraFlags: readonly string[] = []): Promise<Served> {
  const folder = mkdtempSync(join(tmpdir(), "tenon-bench-"));
  const forkedAtMs = performance.timeOrigin + performance.now();
  const child = fork(fileURLToPath(new URL("./server.ts", import.meta.url)), [folder], {
    execArgv: [...process.execArgv, ...extraFlags],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const started = (await answerOf(child)) as Started;
  const ask = async <Asked extends Question>(question: Asked): Promise<Answers[Asked]> => {
    const answer = answerOf(child);
    child.send(question);
    return (await answer) as Answers[Asked];
  };
  return {
    ...started,
    processToReadyMs: started.readyAtMs - forkedAtMs,
    ask,
    stop: async () => {
      const exited = new Promise((resolve) => child.once("exit", resolve));
      await ask("stop");
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** One question is asked at a time, so the next message is its answer. */
function answerOf(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null) => reject(new Error(`the server process ended with exit code ${code}`));
    child.once("exit", ended);
    child.once("message", (answer) => {
      child.off("exit", ended);
      resolve(answer);
    });
  });
}
