/** The process of one `tenon` command: its words are `program.ts`, its work is in `commands/`. */
import { endInTime } from "./end-in-time.ts";
import { runCli } from "./run-cli.ts";
import { processTerminal } from "./terminal.ts";

process.exitCode = await runCli(process.argv.slice(2), processTerminal());
endInTime(process);
