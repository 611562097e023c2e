/** How long a process may outlive its command, ms: output that a slow reader takes, sockets that say goodbye. */
const LINGER_MAX_MS = 3_000;

/** What of a process decides whether it ends. */
export interface EndingProcess {
  readonly stdout: { readonly writableLength: number };
  readonly stderr: { readonly writableLength: number; readonly write: (text: string) => unknown };
  readonly getActiveResourcesInfo: () => readonly string[];
  readonly exit: () => void;
}

/** Calls back after a while, unless the process has ended by then. */
type Later = (delayMs: number, callback: () => void) => void;

const withoutKeepingAlive: Later = (delayMs, callback) => void setTimeout(callback, delayMs).unref();

/**
 * A command has ended, and so must its process. Usually it does by itself; what a command left running by mistake
 * (a timer, a socket of a store that hangs) must not keep a script waiting. It is said, and the exit code stays.
 */
export function endInTime(ending: EndingProcess, later: Later = withoutKeepingAlive): void {
  later(LINGER_MAX_MS, () => {
    // Somebody is still reading.
    if (ending.stdout.writableLength > 0 || ending.stderr.writableLength > 0) {
      endInTime(ending, later);
      return;
    }
    const left = [...new Set(ending.getActiveResourcesInfo())].join(", ") || "nothing that has a name";
    ending.stderr.write(
      `warning TENON1712: the command had ended, but its process ran on, and was ended after ${LINGER_MAX_MS / 1_000} s\n` +
        `  still there: ${left}\n  hint: please report it with the command line; its result is what was printed\n`,
    );
    ending.exit();
  });
}
