import { textData } from "./retrieval/data/text.ts";
let t = performance.now();
const d = textData({ tuning: 100, reporting: 100 }, 1)!;
console.log(d.set.count, d.genres, performance.now() - t);
const g: Record<string, number> = {}; for (const x of d.set.groups) g[d.genres[x]!] = (g[d.genres[x]!] ?? 0) + 1; console.log(g);
console.log(d.set.vectors.some((v) => Number.isNaN(v)));
