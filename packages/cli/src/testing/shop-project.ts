/** A small project in a temporary folder: one graph of two nodes that is right, or goes wrong in one way. */
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const REPOSITORY = join(import.meta.dirname, "../../../..");
const STAGE = "packages/nodes/delivery";

type Files = Readonly<Record<string, string>>;

const RIGHT: Files = {
  "package.json": '{ "name": "shop", "type": "module" }\n',
  "owners.json": `${JSON.stringify({
    owners: [
      { name: "shop-platform", purpose: "everything else", folders: ["/"] },
      { name: "shop-delivery", purpose: "what may be shown", folders: [`/${STAGE}/`] },
      { name: "shop-data", purpose: "opening hours", folders: [] },
    ],
  })}\n`,
  "graphs/index.ts": 'export { opening } from "./opening.graph.ts";\n',
  "graphs/opening.graph.ts": `import { graph } from "@tenon/graph-core";
import { decideOpen } from "../${STAGE}/decide-open/decide-open.ts";
import { readHours } from "../${STAGE}/read-hours/read-hours.ts";
import { IsOpen, Shop } from "../${STAGE}/slots.ts";

export const opening = graph({
  name: "opening",
  owner: "shop-platform",
  purpose: "says whether a shop is open",
  deadlineMs: 10,
  request: [Shop],
  nodes: { readHours, decideOpen },
  respond: [IsOpen],
});
`,
  [`${STAGE}/slots.ts`]: `import { slot } from "@tenon/graph-core";
import { z } from "zod";

export const Shop = slot("shop", z.strictObject({ name: z.string(), hour: z.int() }), { owner: "shop-platform" });
export const Hours = slot("hours", z.strictObject({ fromHour: z.int(), untilHour: z.int() }), { owner: "shop-data" });
export const IsOpen = slot("isOpen", z.boolean(), { owner: "shop-delivery" });
`,
  [`${STAGE}/read-hours/read-hours.contract.ts`]: `import { Hours, Shop } from "../slots.ts";

export const readHoursContract = {
  owner: "shop-data",
  purpose: "looks up when a shop is open",
  reads: [Shop],
  writes: [Hours],
  budgetMs: 2,
} as const;
`,
  [`${STAGE}/read-hours/read-hours.ts`]: `import { node } from "@tenon/graph-core";
import { readHoursContract } from "./read-hours.contract.ts";

export const readHours = node({
  ...readHoursContract,
  run: ({ shop }) => ({ hours: { fromHour: 8, untilHour: shop.name === "late" ? 22 : 18 } }),
});
`,
  [`${STAGE}/decide-open/decide-open.contract.ts`]: `import { Hours, IsOpen, Shop } from "../slots.ts";

export const decideOpenContract = {
  owner: "shop-delivery",
  purpose: "compares the hour with the opening hours",
  reads: [Shop, Hours],
  writes: [IsOpen],
  budgetMs: 1,
} as const;
`,
  [`${STAGE}/decide-open/decide-open.ts`]: `import { node } from "@tenon/graph-core";
import { decideOpenContract } from "./decide-open.contract.ts";

export const decideOpen = node({
  ...decideOpenContract,
  run: ({ shop, hours }) => ({ isOpen: shop.hour >= hours.fromHour && shop.hour < hours.untilHour }),
});
`,
};

/** The right files, some of them with a text replaced. */
function changed(...changes: readonly (readonly [path: string, text: string, by: string])[]): Files {
  const files: Record<string, string> = { ...RIGHT };
  for (const [path, text, by] of changes) files[path] = (files[path] ?? "").replaceAll(text, by);
  return files;
}

const PROJECTS = {
  right: RIGHT,
  /** Two nodes write one slot, one of them reads the clock, and nobody knows its owner. */
  broken: {
    ...changed(
      [
        "graphs/opening.graph.ts",
        "import { readHours",
        `import { guessHours } from "../${STAGE}/guess-hours/guess-hours.ts";\nimport { readHours`,
      ],
      ["graphs/opening.graph.ts", "readHours, decideOpen", "readHours, guessHours, decideOpen"],
      ["graphs/opening.graph.ts", "});", "} as never);"],
    ),
    [`${STAGE}/guess-hours/guess-hours.contract.ts`]: `import { Hours, Shop } from "../slots.ts";

export const guessHoursContract = {
  owner: "shop-guesses",
  purpose: "guesses when a shop is open",
  reads: [Shop],
  writes: [Hours],
  budgetMs: 1,
} as const;
`,
    [`${STAGE}/guess-hours/guess-hours.ts`]: `import { node } from "@tenon/graph-core";
import { guessHoursContract } from "./guess-hours.contract.ts";

export const guessHours = node({
  ...guessHoursContract,
  run: () => ({ hours: { fromHour: new Date().getUTCHours(), untilHour: 18 } }),
});
`,
  },
  /** A slot was renamed, and one contract was forgotten. */
  unloadable: changed(
    [`${STAGE}/slots.ts`, "export const Hours", "export const OpeningHours"],
    [`${STAGE}/read-hours/read-hours.contract.ts`, "Hours, Shop", "OpeningHours, Shop"],
    [`${STAGE}/read-hours/read-hours.contract.ts`, "[Hours]", "[OpeningHours]"],
  ),
  /** A field of a slot was renamed, and its reader was forgotten. */
  mistyped: {
    ...changed(
      [`${STAGE}/slots.ts`, "untilHour", "closingHour"],
      [`${STAGE}/read-hours/read-hours.ts`, "untilHour", "closingHour"],
    ),
    "tsconfig.json": JSON.stringify({
      extends: "./tsconfig.base.json",
      compilerOptions: { noEmit: true, rewriteRelativeImportExtensions: false },
      include: ["graphs", "packages"],
    }),
  },
} as const satisfies Readonly<Record<string, Files>>;

export interface ShopProject {
  readonly folder: string;
  readonly remove: () => void;
}

/** Writes the project; packages are those of this repository. */
export function shopProject(kind: keyof typeof PROJECTS): ShopProject {
  // Resolved, because a temporary folder may be a link, and errors name what it leads to.
  const folder = realpathSync(mkdtempSync(join(tmpdir(), `tenon-${kind}-`)));
  for (const [path, text] of Object.entries(PROJECTS[kind])) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  cpSync(join(REPOSITORY, "tsconfig.base.json"), join(folder, "tsconfig.base.json"));
  symlinkSync(join(REPOSITORY, "node_modules"), join(folder, "node_modules"));
  return { folder, remove: () => rmSync(folder, { recursive: true }) };
}
