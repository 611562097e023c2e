import { getCompileCacheDir } from "node:module";
import { dirname } from "node:path";
import { Worker } from "node:worker_threads";
import { GraphError } from "@tenon/graph-core";
import { indexerError } from "../indexer-error.ts";
import type { BuildAnswer, BuildTask, BuildThreadData } from "./thread-tasks.ts";

interface Waiting {
  readonly task: BuildTask;
  readonly resolve: (result: never) => void;
  readonly reject: (reason: Error) => void;
}

/** A few threads that take tasks in turn. One that dies ends the build: the run goes on from its last step when it is begun again. */
export class BuildThreads {
  readonly #threads: readonly Worker[];
  readonly #free: Worker[];
  readonly #waiting: Waiting[] = [];
  readonly #tasks = new Map<Worker, Waiting>();
  #startCpuMs = 0;

  constructor(count: number, data: Omit<BuildThreadData, "compileCache">) {
    const workerData: BuildThreadData = { ...data, compileCache: compileCache() };
    const file = `./build-thread${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`;
    this.#threads = Array.from({ length: count }, () => this.#start(new URL(file, import.meta.url), workerData));
    this.#free = [...this.#threads];
  }

  run<Result>(task: BuildTask): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      this.#waiting.push({ task, resolve: resolve as never, reject });
      this.#dispatch();
    });
  }

  /** Processor time that the threads have taken to be there: most of a small build. */
  get startCpuMs(): number {
    return Math.round(this.#startCpuMs);
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.terminate()));
  }

  #start(url: URL, workerData: BuildThreadData): Worker {
    const thread = new Worker(url, { workerData, execArgv: sourceArguments() });
    thread.on("message", ({ startCpuMs, result, problem }: BuildAnswer) => {
      if (startCpuMs !== undefined) {
        this.#startCpuMs += startCpuMs;
        return;
      }
      const { resolve, reject } = this.#tasks.get(thread) as Waiting;
      this.#tasks.delete(thread);
      this.#free.push(thread);
      if (problem === undefined) resolve(result as never);
      else reject(problemOf(problem));
      this.#dispatch();
    });
    const lose = (reason: string) => {
      const lost = indexerError("threadLost", "a thread of the base build ended", {
        detail: reason,
        hint: "the run goes on from its last step when it is begun again; see memory and the disk of the work folder",
      });
      for (const { reject } of [...this.#tasks.values(), ...this.#waiting.splice(0)]) reject(lost);
      this.#tasks.clear();
    };
    thread.on("error", (error: Error) => lose(error.message));
    thread.on("exit", (code) => lose(`exit code ${code}`));
    return thread;
  }

  #dispatch(): void {
    while (this.#waiting.length > 0) {
      const thread = this.#free.pop();
      if (thread === undefined) return;
      const next = this.#waiting.shift() as Waiting;
      this.#tasks.set(thread, next);
      thread.postMessage(next.task);
    }
  }
}

function problemOf({ message, code }: NonNullable<BuildAnswer["problem"]>): Error {
  if (code === undefined) return new Error(message);
  const text = message.replace(`${code} `, "");
  return new GraphError(text, { code: code as `TENON1${string}`, category: "resource" });
}

/** Sources import one another by package name: threads need the condition that says so, whoever started this process. */
function sourceArguments(): string[] {
  return import.meta.url.endsWith(".ts") ? ["--conditions=@tenon/source"] : [];
}

/** As the process was told; Node adds a folder of its version. */
function compileCache(): string | undefined {
  const folder = getCompileCacheDir();
  return folder === undefined ? undefined : dirname(folder);
}
