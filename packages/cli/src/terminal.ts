/** What a command has of its process. Commands see nothing else of it, so tests run them without one. */
export interface Terminal {
  /** Writes data: what a pipe or a file is for. */
  readonly out: (text: string) => void;
  /** Writes talk: progress, hints, errors for people. */
  readonly talk: (text: string) => void;
  /** Colours are wanted in what goes to `out`. */
  readonly color: boolean;
  /** Colours are wanted in what goes to `talk`. */
  readonly talkColor: boolean;
  /** A person watches `talk`: progress on long work is shown. */
  readonly watched: boolean;
  readonly folder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Reads standard input to its end. */
  readonly readInput: () => Promise<string>;
  /** Asks the person a question and gives the answer, a line; `undefined` where nobody is there to answer. */
  readonly ask: ((question: string) => Promise<string>) | undefined;
  /** Settles when the person asks to stop (Ctrl-C) or the system does. */
  readonly stopAsked: () => Promise<void>;
}

export function processTerminal(): Terminal {
  // A reader that has seen enough (`| head`) is no error.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") process.exit();
      throw error;
    });
  }
  return {
    out: (text) => void process.stdout.write(text),
    talk: (text) => void process.stderr.write(text),
    color: wantsColor(process.stdout.isTTY, process.env),
    talkColor: wantsColor(process.stderr.isTTY, process.env),
    watched: process.stderr.isTTY === true && process.env["TERM"] !== "dumb" && !process.env["CI"],
    folder: process.cwd(),
    environment: process.env,
    readInput: async () => {
      const parts: Buffer[] = [];
      for await (const part of process.stdin) parts.push(part as Buffer);
      return Buffer.concat(parts).toString("utf8");
    },
    ask: process.stdin.isTTY && process.stderr.isTTY ? askPerson : undefined,
    stopAsked: () =>
      new Promise((resolve) => {
        for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
      }),
  };
}

async function askPerson(question: string): Promise<string> {
  const { createInterface } = await import("node:readline/promises");
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await lines.question(question);
  } finally {
    lines.close();
  }
}

/** `NO_COLOR` (no-color.org) wins over `FORCE_COLOR`, which wins over what the stream is. */
export function wantsColor(isTerminal: boolean | undefined, environment: Terminal["environment"]): boolean {
  if (environment["NO_COLOR"]) return false;
  if (environment["FORCE_COLOR"]) return environment["FORCE_COLOR"] !== "0";
  return isTerminal === true && environment["TERM"] !== "dumb";
}
