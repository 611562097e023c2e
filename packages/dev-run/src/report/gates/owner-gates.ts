/**
 * `report.gates.json`: what each team lets a change do to what is its own, before somebody must look. Hard gates are not in it: a
 * broken contract, features that were not logged, an index that does not converge and runs that fail now fail every report.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { reportError } from "../../report-error.ts";

const Share = z.number().min(0).max(1);
const ToleranceSchema = z.union([
  z.strictObject({ relative: z.number().positive().max(1) }),
  z.strictObject({ ulp: z.int().min(1).max(1_000_000) }),
]);

const GatesOfOwnerSchema = z.strictObject({
  /** Largest share of runs in which a node of the team may give other values. Default 0: any change needs a look. */
  runsChanged: Share.optional(),
  /** Field of a slot of the team, as `slot` or `slot.path` → largest difference that counts as none. Never of money or ids. */
  tolerances: z.record(z.string(), ToleranceSchema).default({}),
  /** Metric, as the report names it → largest fall and rise, as shares of the base. A metric without a gate is shown, never flagged. */
  metrics: z
    .record(z.string(), z.strictObject({ fall: z.number().min(0).optional(), rise: z.number().min(0).optional() }))
    .default({}),
  /** How much longer a node of the team may take: the larger of the two. Default 5 % and 0.5 ms. */
  time: z.strictObject({ share: z.number().min(0), ms: z.number().min(0) }).optional(),
  /** How much more a node, or a graph, of the team may allocate in a run: the larger of the two. Default 10 % and 64 kB. */
  allocation: z.strictObject({ share: z.number().min(0), kB: z.number().min(0) }).optional(),
  /** How many more rows and messages the handlers of the team may write for a change, as a share. Default 0.1. */
  writes: z.number().min(0).optional(),
});

const OwnerGatesSchema = z.record(z.string(), GatesOfOwnerSchema);

export type GatesOfOwner = z.infer<typeof GatesOfOwnerSchema>;
/** Owner → its gates. */
export type OwnerGates = Readonly<Record<string, GatesOfOwner>>;

export const GATES_FILE = "report.gates.json";
export const NO_GATES: OwnerGates = {};

export const DEFAULT_GATES = {
  time: { share: 0.05, ms: 0.5 },
  allocation: { share: 0.1, kB: 64 },
  writes: 0.1,
} as const;

/**
 * @param owners names of all teams, where the project has them
 * @throws GraphError TENON2037 for a file that is not of this form, or names a team that there is not
 */
export function readOwnerGates(path: string, owners?: readonly string[]): OwnerGates {
  if (!existsSync(path)) return NO_GATES;
  let gates: OwnerGates;
  try {
    gates = OwnerGatesSchema.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch (cause) {
    throw reportError("wrongSettings", {
      message: `"${path}" holds no gates`,
      detail: cause instanceof z.ZodError ? z.prettifyError(cause) : (cause as Error).message,
      hint: 'write { "ads-auction": { "metrics": { "expected revenue": { "fall": 0.01 } }, "time": { "share": 0.1, "ms": 1 } } }',
      cause,
    });
  }
  const unknown = owners === undefined ? undefined : Object.keys(gates).find((owner) => !owners.includes(owner));
  if (unknown === undefined) return gates;
  throw reportError("wrongSettings", {
    message: `"${path}" has gates of "${unknown}", which is no team`,
    detail: `teams: ${(owners ?? []).join(", ")}`,
    hint: "name a team of owners.json",
  });
}

/** Names of the teams of a project; `undefined` where it has none. */
export function ownerNames(root: string): readonly string[] | undefined {
  const file = join(root, "owners.json");
  if (!existsSync(file)) return undefined;
  const { owners = [] } = JSON.parse(readFileSync(file, "utf8")) as { owners?: readonly { readonly name: string }[] };
  return owners.map(({ name }) => name);
}
