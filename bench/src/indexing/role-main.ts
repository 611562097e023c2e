/** A process with one role of the pipeline; ends when its standard input does. */
import { enableCompileCache } from "node:module";
import { indexerSettings, openStores, startIndexer } from "@tenon/indexer";

// As `tenon up` does: code is kept compiled between starts.
enableCompileCache();
const { roles, ...settings } = JSON.parse(process.argv[2] as string);
const stores = await openStores(indexerSettings(settings), process.env);
const say = (what: string, error: Error) => process.stderr.write(`${roles}: ${what}: ${error.message}\n`);
const running = await startIndexer({ stores, roles, onTrouble: say, onFatal: say });
process.stdout.write("running\n");
process.stdin.resume();
process.stdin.once("end", () => {
  void running
    .stop()
    .then(() => stores.close())
    .then(() => process.exit(0));
});
