/**
 * A process that shares a server until it is told otherwise, for tests that kill one:
 * `node sharer.ts <data folder> <linger ms>`. Prints one line of JSON, then stays.
 */
import { startEmbeddedPostgres } from "../src/embedded/embedded.ts";

const [dataFolder = "", lingerMs = "0"] = process.argv.slice(2);
try {
  const { url, kind, pid } = await startEmbeddedPostgres({ dataFolder, lingerMs: Number(lingerMs) });
  process.stdout.write(`${JSON.stringify({ url, kind, pid })}\n`);
} catch (error) {
  process.stdout.write(`${JSON.stringify({ failed: String(error) })}\n`);
}
// A share alone keeps no process alive.
process.stdin.resume();
