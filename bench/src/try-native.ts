import { join } from "node:path";
import { clusteredWorkload, INDEPENDENT } from "./retrieval/data/workload.ts";
import { plainScan } from "./retrieval/contenders/plain-scan.ts";
import { measurePoint } from "./retrieval/measure/rounds.ts";
import { inThisProcess } from "./retrieval/measure/runner.ts";
import { writeSet, writePoint } from "./retrieval/native/files.ts";
import { PeerProcess } from "./retrieval/native/peer-process.ts";
import { faissProgram, luceneProgram } from "./retrieval/native/programs.ts";
import { mkdirSync } from "node:fs";
const n = Number(process.argv[2] ?? 20000);
let t = performance.now();
const lap = (s: string) => { console.log(s, Math.round(performance.now() - t), "ms"); t = performance.now(); };
const w = clusteredWorkload(n, { tuning: 100, reporting: 100 }, INDEPENDENT);
const folder = `/tmp/tenon-bench-retrieval/native-${n}`;
writeSet(folder, w.set, w.point(w.plans[0]));
mkdirSync(join(folder, "indexes"), { recursive: true });
lap("data");
const peers: PeerProcess[] = [];
const runners = [inThisProcess((await plainScan(w.set)).contender)];
for (const [name, program] of [["FAISS", faissProgram()], ["Lucene", luceneProgram()]] as const) {
  if (typeof program !== "function") { console.log(program); continue; }
  lap("program " + name);
  const p = new PeerProcess(name, program([folder, join(folder, "indexes"), `${n}`, "64"]));
  const b = await p.build();
  lap(name + JSON.stringify(b.buildCpuMs) + b.version);
  peers.push(p);
  for (const [v, s] of b.variants) runners.push(p.runner(v, s));
}
for (const plan of w.plans) {
  const point = w.point(plan);
  const f = writePoint(folder, w.set, point);
  for (const p of peers) await p.point(f);
  lap("point " + plan.name);
  for (const m of await measurePoint(runners, w.set, point, { roundsMax: 5, msPerContender: 500, msPerSetting: 300 }))
    console.log(m.point.padEnd(6), m.contender.padEnd(20), "set", m.tuned.setting, m.tuned.recall.toFixed(4), m.tuned.reached, "recall", m.recall.mean.toFixed(4), m.recall.worst, "qps50", Math.round(1e6 / m.p50Micros), "cpu", m.cpuMicros.toFixed(1), "q", m.queries, "r", m.rounds);
  lap("measured");
}
for (const p of peers) await p.close();
