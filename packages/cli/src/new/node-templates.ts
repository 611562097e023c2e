/**
 * What a new node begins with: something small that runs, passes its test and type-checks, to be replaced. Plain string
 * functions, so that a template reads like the file it becomes.
 */
import { camelCase, inWords, slotName } from "./names.ts";

export type NewNodeKind = "node" | "filter" | "map";

export interface NodeFacts {
  readonly kind: NewNodeKind;
  /** `score-freshness`. */
  readonly name: string;
  readonly owner: string;
  readonly purpose: string;
  /** Slot tokens; for a filter or map, the candidates it works on are `of` and not among them. */
  readonly reads: readonly string[];
  readonly of: string | undefined;
  /** The slot token that it writes. */
  readonly writes: string;
  /** Import lines of the tokens above, for a file of the node's folder. */
  readonly imports: readonly string[];
}

export function contractText({ kind, name, owner, purpose, reads, of, writes, imports }: NodeFacts): string {
  const slots = {
    node: [`reads: [${reads.join(", ")}],`, `writes: [${writes}],`],
    filter: [`of: ${of},`, `kept: ${writes},`, ...readsLine(reads)],
    map: [`of: ${of},`, ...readsLine(reads), `writes: [${writes}],`],
  }[kind];
  return `${imports.join("\n")}

export const ${camelCase(name)}Contract = {
  owner: "${owner}",
  purpose: ${JSON.stringify(purpose)},
${slots.map((line) => `  ${line}`).join("\n")}
  budgetMs: 1,
} as const;
`;
}

function readsLine(reads: readonly string[]): readonly string[] {
  return reads.length === 0 ? [] : [`reads: [${reads.join(", ")}],`];
}

export function nodeText(facts: NodeFacts): string {
  return { node: plainNodeText, filter: filterText, map: mapText }[facts.kind](facts);
}

function plainNodeText({ name, reads, writes }: NodeFacts): string {
  const inputs = reads.map(slotName);
  return `import { node } from "@tenon/graph-core";
import { ${camelCase(name)}Contract } from "./${name}.contract.ts";

export const ${camelCase(name)} = node({
  ...${camelCase(name)}Contract,
  run: ({ ${inputs.join(", ")} }) => ({
    ${slotName(writes)}: { complete: [${inputs.join(", ")}].every((value) => value !== null) },
  }),
});
`;
}

function filterText({ name }: NodeFacts): string {
  return `import { drop, filter } from "@tenon/graph-core";
import { ${camelCase(name)}Contract } from "./${name}.contract.ts";

/** Candidates that are let through, the first ones. */
const KEPT_MAX = 2;

export const ${camelCase(name)} = filter({
  ...${camelCase(name)}Contract,
  run: () => (row) => (row < KEPT_MAX ? undefined : drop("l2_trimmed", KEPT_MAX, row + 1)),
});
`;
}

function mapText({ name, of, writes }: NodeFacts): string {
  const batch = slotName(of ?? "");
  return `import { F32Column, map } from "@tenon/graph-core";
import { ${camelCase(name)}Contract } from "./${name}.contract.ts";

export const ${camelCase(name)} = map({
  ...${camelCase(name)}Contract,
  run: ({ ${batch} }) => ({ ${slotName(writes)}: F32Column.fill(${batch}.size, (row) => 1 / (row + 1)) }),
});
`;
}

/** Declaration of the slot that the node writes, for the stage's \`slots.ts\`. */
export function slotText({ kind, name, owner, of, writes }: NodeFacts, adsSchema: string): string {
  const schema = {
    node: "z.strictObject({ complete: z.boolean() })",
    filter: adsSchema,
    map: `columnSchema("f32", { of: ${of} })`,
  }[kind];
  const purposeOf = {
    node: `whether everything that ${inWords(name)} needs was there`,
    filter: `candidates that ${inWords(name)} let through`,
    map: `what ${inWords(name)} says of each candidate, aligned with ${of}`,
  }[kind];
  return `export const ${writes} = slot("${slotName(writes)}", ${schema}, {
  owner: "${owner}",
  purposeOf: "${purposeOf}",
});
`;
}

export function testText({ name }: NodeFacts): string {
  return `import { runAdGoldens } from "../../testing/ad-goldens.ts";
import { ${camelCase(name)} } from "./${name}.ts";

runAdGoldens(${camelCase(name)}, import.meta.dirname);
`;
}

/** The golden case that the test runs: the situation the template is right for. */
export function goldenText(facts: NodeFacts, inputs: Readonly<Record<string, unknown>>): string {
  const { kind, of, writes } = facts;
  const ads = { $ads: [{ id: 1 }, { id: 2 }, { id: 3 }].slice(0, kind === "filter" ? 3 : 2) };
  const candidates = of === undefined ? {} : { [slotName(of)]: ads };
  const golden = {
    node: {
      purpose: "everything is there",
      outputs: { [slotName(writes)]: { complete: true } },
    },
    filter: {
      purpose: "the first candidates are kept, the others dropped with what was compared",
      outputs: { kept: [1, 2], dropped: [{ id: 3, reason: "l2_trimmed", threshold: 2, value: 3 }] },
    },
    map: {
      purpose: "the first candidate gets 1, the next one half",
      outputs: { [slotName(writes)]: { $column: "f32", values: [1, 0.5] } },
    },
  }[kind];
  const whole = { purpose: golden.purpose, inputs: { ...candidates, ...inputs }, outputs: golden.outputs };
  return `${JSON.stringify(whole, undefined, 2)}\n`;
}
