/**
 * Probes: a team says what it wants to see go all the way, and it is done for real, now and then.
 *
 * A probe writes an ad at the source, waits until every server it is told of holds it, changes it, waits for the change, deletes
 * it, and waits until it is gone. What it writes is shown to nobody (`putProbeAd`).
 */
import { hash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { PROBE_IDS_FROM } from "@tenon/ads-database";
import type { OwnerName } from "@tenon/graph-core";
import { z } from "zod";
import { indexerError } from "../indexer-error.ts";

const PROBES_MAX = 100;
const DEADLINE_MAX_MS = 10 * 60_000;

/** What is changed of the ad, once it is served: which way through the pipeline is looked at. */
const ChangeSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("bid"), bidAmountMicros: z.int().min(1) }),
  z.strictObject({ kind: z.literal("text"), title: z.string().min(1).max(200), body: z.string().max(500) }),
  z.strictObject({ kind: z.literal("targeting"), country: z.string().regex(/^[A-Z]{2}$/) }),
  // Content: by topic, in the medium lane.
  z.strictObject({ kind: z.literal("reviewScore"), reviewScore: z.number().min(0).max(1) }),
]);

const ProbeSchema = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]{0,30}$/, "expected at most 31 of a-z, 0-9 and -, a letter first"),
  owner: z.string().regex(/^[a-z][a-z0-9-]*$/, "expected a team of owners.json"),
  purpose: z.string().min(1).max(200),
  schedule: z.string().min(1).nullable(),
  /** For each of the three: written, changed, deleted. */
  deadlineMs: z.int().min(100).max(DEADLINE_MAX_MS),
  change: ChangeSchema,
});

export type Probe = Omit<z.infer<typeof ProbeSchema>, "owner"> & { readonly owner: OwnerName };

/** Of every row of a probe's ad. The same in every run: so each run also shows that what was deleted can come back. */
export function idOfProbe({ name }: Pick<Probe, "name">): number {
  return PROBE_IDS_FROM + Number.parseInt(hash("sha256", name).slice(0, 8), 16);
}

/** Probes of a folder, one per JSON file. @throws GraphError TENON1693 with the file and every field that does not fit */
export function probesIn(folder: string | null): readonly Probe[] {
  if (folder === null) return [];
  const files = readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .sort();
  if (files.length > PROBES_MAX)
    throw indexerError("wrongProbe", `folder "${folder}" has ${files.length} probes`, {
      detail: `expected at most ${PROBES_MAX}`,
      hint: "each probe writes to the advertisers' database: keep those that somebody looks at",
    });
  const probes = files.map((file) => probeOf(join(folder, file)));
  const twice = probes.find(({ name }, at) => probes.findIndex((each) => each.name === name) !== at);
  if (twice !== undefined)
    throw indexerError("wrongProbe", `two probes are called "${twice.name}"`, {
      owner: twice.owner,
      hint: "names are unique, since the ad is named after its probe",
    });
  return probes;
}

function probeOf(path: string): Probe {
  let text: unknown;
  try {
    text = JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw indexerError("wrongProbe", `probe "${path}" is no JSON`, {
      ...{ detail: (cause as Error).message, hint: "the README of packages/indexer shows one", cause },
    });
  }
  const read = ProbeSchema.safeParse(text);
  if (read.success) return read.data as Probe;
  const problems = read.error.issues.map(({ path: field, message }) => `${field.join(".") || "the file"}: ${message}`);
  throw indexerError("wrongProbe", `probe "${path}" cannot be used`, {
    detail: problems.join("; "),
    hint: "the README of packages/indexer shows one",
  });
}
