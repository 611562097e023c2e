/** A process of `tenon up --role …` as a user starts it: from the launcher, with settings in its environment. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

const LAUNCHER = join(import.meta.dirname, "../../cli/bin/tenon.js");

export interface RoleSettings {
  readonly roles: readonly string[];
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly flags?: readonly string[];
}

/** A process that does not run by then fails its test, ms. */
const START_MS_MAX = 120_000;
/** After this a process that was asked to stop is killed, ms. */
const STOP_MS_MAX = 20_000;

export class RoleProcess {
  readonly roles: readonly string[];
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  #said = "";

  private constructor({ roles, folder, environment, flags = [] }: RoleSettings) {
    this.roles = roles;
    const words = [...roles.flatMap((role) => ["--role", role]), "--port", "0", ...flags];
    this.#child = spawn(process.execPath, [LAUNCHER, "up", ...words], {
      cwd: folder,
      env: { PATH: process.env["PATH"] ?? "", HOME: process.env["HOME"] ?? "", NODE_OPTIONS: "", ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#exited = once(this.#child, "exit");
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.on("data", (text: Buffer) => (this.#said += String(text)));
  }

  /** Resolves when it says that it runs. */
  static async start(settings: RoleSettings): Promise<RoleProcess> {
    const started = new RoleProcess(settings);
    try {
      await started.#runs();
    } catch (error) {
      await started.kill();
      throw error;
    }
    return started;
  }

  async #runs(): Promise<void> {
    const late = AbortSignal.timeout(START_MS_MAX);
    const { stderr } = this.#child;
    while (!/; Ctrl-C stops\n/.test(this.#said)) {
      if (this.#child.exitCode !== null || late.aborted) throw new Error(`${this.roles}: does not run: ${this.#said}`);
      const news = stderr === null ? [] : [once(stderr, "data", { signal: late })];
      await Promise.race([...news, this.#exited]).catch(() => undefined);
    }
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  /** Where it answers. */
  get url(): string {
    const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(this.#said) ?? [];
    if (url === undefined) throw new Error(`${this.roles} says no address: ${this.#said}`);
    return url;
  }

  get said(): string {
    return this.#said;
  }

  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#exited;
  }

  /** As Ctrl-C does; resolves with the exit code, which is null for one that had to be killed. */
  async stop(): Promise<number | null> {
    this.#child.kill("SIGINT");
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), STOP_MS_MAX);
    await this.#exited;
    clearTimeout(timer);
    return this.#child.exitCode;
  }
}
