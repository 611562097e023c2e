/** From nothing to the first answer of a Postgres of one's own, G1. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { measureStart } from "@tenon/postgres/testing";
import { median } from "../harness/interleave.ts";
import { atMost, type Part, rounded } from "../harness/report.ts";

const COLD_MAX_MS = 3_000;
const WARM_MAX_MS = 400;

export async function startUp({ warmStarts }: { readonly warmStarts: number }): Promise<Part> {
  const folder = mkdtempSync(join(tmpdir(), "tenon-bench-start-"));
  try {
    const { firstUseMs, warmMs, stopMs } = await measureStart({ dataFolder: join(folder, "data") }, warmStarts);
    return {
      goals: [
        atMost("G1.cold", "first use of a data folder to the first answer, ms", firstUseMs, COLD_MAX_MS),
        atMost("G1.warm", "later starts to the first answer, median ms", median(warmMs), WARM_MAX_MS),
      ],
      rows: [
        {
          workload: "start of Postgres",
          coldMs: rounded(firstUseMs),
          warmMs: rounded(median(warmMs)),
          warmMostMs: rounded(Math.max(...warmMs)),
          stopMs: rounded(median(stopMs)),
          warmStarts,
        },
      ],
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
