/** An ad server of its own process, on a published base; says when it is ready and ends when its standard input does. */
import { readConfig, startAdMixer } from "@tenon/admixer";

const { folder, indexStore, indexLog } = JSON.parse(process.argv[2] as string) as Readonly<Record<string, string>>;
const config = readConfig({
  folder: folder as string,
  environment: { TENON_INDEX_LOG: indexLog },
  flags: { adSource: "pipeline", indexStore: indexStore as string, port: 0, logLevel: "silent" },
});
const running = await startAdMixer(config);
process.stdout.write(`${JSON.stringify(running.startMs)}\n`);
process.stdin.resume();
process.stdin.once("end", () => void running.stop().then(() => process.exit(0)));
