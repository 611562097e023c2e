/** The parent's end of one version: starts its child, asks it, and says which entry it was at when it died. */
import { type ChildProcess, fork } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { GraphError } from "@tenon/graph-core";
import { reportError } from "../report-error.ts";
import {
  type Answer,
  type EntryPlace,
  type HelloAnswer,
  type IndexingAnswer,
  type OpenAnswer,
  type OpenedEntry,
  PROTOCOL_FORMAT,
  type Question,
} from "./protocol.ts";

const CHILD_FILE = "packages/dev-run/src/versions/child/main.ts";
/** Longest time for one entry, and for opening the corpora: a replay takes milliseconds, a start a second or two. */
const ENTRY_MS_MAX = 60_000;
const OPEN_MS_MAX = 120_000;
/** For all recorded changes through the handlers, one after the other: a second for thirty of them. */
const CONVERGE_MS_MAX = 300_000;
/**
 * A run leaves megabytes behind it: with a young generation of the default size most of its time is collections. A version that
 * measures asks for the collector between two runs.
 */
const CHILD_FLAGS = ["--min-semi-space-size=32", "--max-semi-space-size=32", "--expose-gc"];
/** What is kept of what a child says on its way down. */
const LAST_WORDS_CHARACTERS = 2_000;

export interface VersionFolder {
  /** In messages: a ref, or `working tree`. */
  readonly name: string;
  /** Root of its checkout. */
  readonly root: string;
}

interface Waiting {
  readonly onPart: (part: unknown) => void;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: GraphError) => void;
  readonly msMax: number;
}

export class VersionProcess {
  readonly name: string;
  readonly #child: ChildProcess;
  #waiting: Waiting | undefined;
  #at: EntryPlace | undefined;
  #timer: NodeJS.Timeout | undefined;
  #lastWords = "";
  #entryAt: (place: EntryPlace) => OpenedEntry | undefined = () => undefined;

  private constructor(name: string, child: ChildProcess) {
    this.name = name;
    this.#child = child;
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#lastWords = (this.#lastWords + text).slice(-LAST_WORDS_CHARACTERS);
    });
    child.on("message", (message) => this.#hear(message as Answer));
    child.on("exit", (code, signal) => this.#died(signal ?? `exit code ${code}`));
    child.on("error", (error) => this.#died(error.message));
  }

  /**
   * Starts the child of a version and opens the corpora in it.
   *
   * @throws GraphError TENON2032 for a version without this protocol; TENON2033 to TENON2035 for one that cannot start
   */
  static async start(folder: VersionFolder, corpora: readonly string[], signal?: AbortSignal): Promise<OpenedVersion> {
    const file = join(folder.root, CHILD_FILE);
    if (!existsSync(file)) throw otherProtocol(folder.name, `it has no ${CHILD_FILE}`);
    const child = fork(file, [], {
      cwd: folder.root,
      execArgv: [
        ...CHILD_FLAGS,
        "--conditions=@tenon/source",
        "--disable-warning=ExperimentalWarning",
        "--no-warnings",
      ],
      stdio: ["ignore", "ignore", "pipe", "ipc"],
      serialization: "json",
    });
    const version = new VersionProcess(folder.name, child);
    signal?.addEventListener("abort", () => version.#died("it was stopped"), { once: true });
    if (signal?.aborted === true) version.#died("it was stopped");
    try {
      const hello = (await version.#ask({ kind: "hello", format: PROTOCOL_FORMAT }, OPEN_MS_MAX)) as HelloAnswer;
      if (hello.format !== PROTOCOL_FORMAT) {
        throw otherProtocol(folder.name, `it speaks format ${hello.format}, this one format ${PROTOCOL_FORMAT}`);
      }
      const opened = (await version.#ask({ kind: "open", corpora }, OPEN_MS_MAX)) as OpenAnswer;
      version.#entryAt = ({ corpus, at }) => opened.corpora[corpus]?.entries[at];
      return { version, opened };
    } catch (error) {
      version.end();
      throw error;
    }
  }

  /** Asks something that is answered entry by entry. @throws GraphError TENON2033 to TENON2035 */
  async each<Part>(question: Question): Promise<readonly Part[]> {
    const parts: Part[] = [];
    await this.#ask(question, ENTRY_MS_MAX, (part) => parts.push(part as Part));
    return parts;
  }

  /** One answer per corpus with changes of rows. @throws GraphError TENON2033 to TENON2035 */
  async converge(): Promise<readonly IndexingAnswer[]> {
    return (await this.#ask({ kind: "converge" }, CONVERGE_MS_MAX)) as readonly IndexingAnswer[];
  }

  /** Ends the child, whatever it does. */
  end(): void {
    clearTimeout(this.#timer);
    this.#child.removeAllListeners("exit");
    this.#child.kill("SIGKILL");
  }

  #ask(question: Question, msMax: number, onPart: (part: unknown) => void = () => {}): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#waiting = { onPart, resolve, reject, msMax };
      this.#at = undefined;
      this.#wait(msMax);
      this.#child.send(question, (error) => {
        if (error !== null) this.#died(error.message);
      });
    });
  }

  #hear(answer: Answer): void {
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    this.#wait(waiting.msMax);
    if (answer.kind === "begun") this.#at = answer.place;
    else if (answer.kind === "part") waiting.onPart(answer.part);
    else {
      clearTimeout(this.#timer);
      this.#waiting = undefined;
      if (answer.kind === "done") waiting.resolve(answer.answer);
      else waiting.reject(this.#failed(answer.error));
    }
  }

  #wait(msMax: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#end(
        reportError("versionSilent", {
          message: `version "${this.name}" gave no answer for ${msMax / 1_000} s${this.#where()}`,
          hint: "a node there may never end; replay that entry alone with `tenon replay`",
        }),
      );
    }, msMax);
  }

  #died(how: string): void {
    this.#end(
      reportError("versionDied", {
        message: `the process of version "${this.name}" ended${this.#where()}: ${how}`,
        detail: this.#lastWords.trim() || undefined,
        hint: "replay that entry alone with `tenon replay` on that version",
      }),
    );
  }

  #end(error: GraphError): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    this.end();
    waiting?.reject(error);
  }

  #failed({ code, message, detail }: { code?: string; message: string; detail?: string }): GraphError {
    return reportError("versionFailed", {
      message: `version "${this.name}" failed${this.#where()}: ${message}`,
      detail:
        [code !== undefined && !message.startsWith(code) ? code : "", detail ?? ""].filter(Boolean).join(": ") ||
        undefined,
      hint: "check out that version and run `tenon check` there",
    });
  }

  #where(): string {
    if (this.#at === undefined) return "";
    const entry = this.#entryAt(this.#at);
    return entry === undefined ? ` at entry ${this.#at.at}` : ` at run "${entry.requestId}" of graph "${entry.graph}"`;
  }
}

export interface OpenedVersion {
  readonly version: VersionProcess;
  readonly opened: OpenAnswer;
}

function otherProtocol(name: string, detail: string): GraphError {
  return reportError("otherProtocol", {
    message: `version "${name}" cannot be compared by this report`,
    detail,
    hint: "compare with a commit that has packages/dev-run of this format, or rebase the change onto one",
  });
}
