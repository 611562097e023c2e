import { updatesPart } from "./parts/updates.ts";
const part = await updatesPart({ ads: Number(process.argv[2] ?? 100_000), changed: 5_000, peerChanges: 400, searches: 100 });
console.log(JSON.stringify(part, null, 1));
