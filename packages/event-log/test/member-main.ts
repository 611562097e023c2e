/** A member of a group in a process of its own: says what happens to its partitions, until it is killed. */
import { openDatabase } from "@tenon/postgres";
import { joinOptions } from "../src/conformance/worker.ts";
import { openEmbeddedLog } from "../src/embedded/open-embedded-log.ts";

const { url, group, topic, leaseMs, beatMs } = JSON.parse(process.argv[2] as string);
const say = (what: string) => void process.stdout.write(`${what}\n`);
const database = await openDatabase({ url, connectionsMax: 3 });
const log = await openEmbeddedLog({ database, leaseMs, beatMs, retainEveryMs: 0 });
await log.join(
  joinOptions(group, [topic], {
    member: "child",
    onAssigned: async ({ partition }) => {
      say(`got ${partition}`);
      return 0;
    },
    onLost: ({ partition }) => say(`lost ${partition}`),
  }),
);
