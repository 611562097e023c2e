/** Started by `joinServer` as a process of its own, with its options as the one argument. */
import { type KeeperOptions, keep } from "./keeper.ts";

const options = JSON.parse(process.argv[2] ?? "{}") as KeeperOptions;

/** The starter reads one line: `holding`, or `busy` when another process keeps the folder's server. */
function say(line: "holding" | "busy"): void {
  process.stdout.write(`${line}\n`);
}

// The starter may be gone before it has read.
process.stdout.on("error", () => undefined);

if (!(await keep(options, () => say("holding")))) say("busy");
process.exit(0);
