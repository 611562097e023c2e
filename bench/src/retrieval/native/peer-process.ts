/** A native peer in a process of its own that answers lines of commands with lines of JSON, and its indexes as runners. */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Batch, Runner } from "../measure/runner.ts";

export interface PeerCommand {
  readonly program: string;
  readonly arguments: readonly string[];
}

/** What `build` answers. */
interface BuildAnswer {
  readonly version: string;
  /** CPU time of each index that was built now, ms; those of an earlier run are loaded. */
  readonly buildCpuMs: Readonly<Record<string, number>>;
  /** Name and settings, cheapest first, of each way to search. */
  readonly variants: readonly (readonly [string, readonly number[]])[];
}

/** A command that is not answered by then has gone wrong: no index of this bench takes as long to build, ms. */
const ANSWER_MAX_MS = 1_800_000;

export class PeerProcess {
  readonly name: string;
  private readonly child: ChildProcess;
  private readonly lines: AsyncIterator<string>;
  private readonly failed: Promise<never>;

  constructor(name: string, { program, arguments: given }: PeerCommand) {
    this.name = name;
    this.child = spawn(program, given, {
      stdio: ["pipe", "pipe", "inherit"],
      env: { ...process.env, OMP_NUM_THREADS: "1" },
    });
    this.failed = new Promise<never>((_, reject) => this.child.once("error", reject));
    this.failed.catch(() => undefined);
    this.child.stdin?.on("error", () => undefined);
    this.lines = createInterface({ input: this.child.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]();
  }

  async build(): Promise<BuildAnswer> {
    return (await this.say(["build"])) as BuildAnswer;
  }

  /** `folder`: from `writePoint`. `combined`: whether a query's time holds the AND of its two bitmaps. */
  async point(folder: string, combined: "asked" | "before"): Promise<void> {
    await this.say(["point", folder, combined]);
  }

  /** A way to search as a runner. Its points are opened by `point`, once for all runners of the process. */
  runner(variant: string, settings: readonly number[]): Runner {
    return {
      name: `${this.name} ${variant}`,
      settings: () => settings,
      open: () =>
        Promise.resolve({
          ask: async (purpose, setting, queries) =>
            (await this.say(["ask", purpose, variant, `${setting}`, `${queries}`])) as Batch,
        }),
    };
  }

  async close(): Promise<void> {
    if (this.child.exitCode !== null) return;
    const exited = new Promise<void>((resolve) => this.child.once("exit", () => resolve()));
    this.child.stdin?.end();
    await Promise.race([exited, this.failed.catch(() => undefined)]);
  }

  private async say(words: readonly string[]): Promise<unknown> {
    this.child.stdin?.write(`${words.join("\t")}\n`);
    const late = AbortSignal.timeout(ANSWER_MAX_MS);
    const tooLate = new Promise<never>((_, reject) => {
      late.onabort = () => {
        this.child.kill();
        reject(new Error(`${this.name} did not answer "${words.join(" ")}" within ${ANSWER_MAX_MS / 1_000} s`));
      };
    });
    try {
      const { value, done } = await Promise.race([this.lines.next(), this.failed, tooLate]);
      if (done === true) throw new Error(`${this.name} ended at "${words.join(" ")}"`);
      return JSON.parse(value as string);
    } finally {
      late.onabort = null;
    }
  }
}
