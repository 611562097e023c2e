/** Writes batches of all ads at one version each, and says the version once the store has it. Killed by its test. */

import { LmdbRecords } from "../lmdb/lmdb-records.ts";
import { documentOf } from "./documents.ts";

const [folder = "", ads = "0"] = process.argv.slice(2);
/** Ends by itself should nobody kill it. */
const BATCHES_MAX = 20_000;

const store = new LmdbRecords({ folder });
const ids = Array.from({ length: Number(ads) }, (_, at) => at + 1);
const { stale } = await store.get(ids.map((id) => ({ adId: documentOf(id, 1).adId, version: 0 })));
const start = stale[0]?.newestVersion ?? 0;
for (let version = start + 1; version <= start + BATCHES_MAX; version++) {
  await store.put(ids.map((id) => documentOf(id, version)));
  process.stdout.write(`${version}\n`);
}
