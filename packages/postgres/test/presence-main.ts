/** A process that is there until it is killed: says the number of its presence. */
import { openDatabase } from "@tenon/postgres";
import { presenceOf } from "../src/presence/presence.ts";

const database = await openDatabase({ url: process.argv[2] as string, connectionsMax: 1 });
const { id } = await presenceOf(database);
process.stdout.write(`${id}\n`);
