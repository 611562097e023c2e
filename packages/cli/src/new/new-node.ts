import { relative } from "node:path";
import { readNodeFolders } from "@tenon/source-rules";
import { cliError } from "../cli-error.ts";
import { nearest } from "../output/nearest.ts";
import type { Project } from "../project/find-project.ts";
import { readOwners } from "../project/owners.ts";
import { byImportOrder, camelCase, inWords, pascalCase, requireKebab, requireOwner, requireToken } from "./names.ts";
import { editedFile, type NewFile, newFile, withExport } from "./new-file.ts";
import {
  contractText,
  goldenText,
  type NewNodeKind,
  type NodeFacts,
  nodeText,
  slotText,
  testText,
} from "./node-templates.ts";
import { ADS_SCHEMA, type ProjectSlots, readSlots } from "./project-slots.ts";

export interface NewNodeOptions {
  /** `stage/name`. */
  readonly path: string;
  readonly owner: string;
  readonly kind: NewNodeKind;
  readonly purpose?: string | undefined;
  /** Slot tokens to read; default for a plain node: the normalised request. */
  readonly reads?: readonly string[] | undefined;
  /** Token of the candidates that a filter or map works on; default: what ranking works on. */
  readonly of?: string | undefined;
  /** Token of the slot to write; default: made of the node's name. */
  readonly writes?: string | undefined;
}

const READS_DEFAULT = "NormalRequest";
const OF_DEFAULT = "PacedAds";

/**
 * The files of a new node: contract, code, test and golden in a folder of its own, its slot in the stage's `slots.ts`,
 * its export in the index of nodes.
 *
 * @throws GraphError TENON1706 for a name, team, slot that does not do
 */
export async function newNode(project: Project, options: NewNodeOptions): Promise<readonly NewFile[]> {
  const [stage = "", name = "", ...more] = options.path.split("/");
  if (name === "" || more.length > 0) {
    throw cliError("wrongName", {
      message: `"${options.path}" does not say stage and name`,
      detail: "expected <stage>/<name>",
      hint: `for example "ranking/${stage || "score-freshness"}"`,
    });
  }
  requireKebab("stage", stage);
  requireKebab("node", name);
  const folders = readNodeFolders({ root: project.root, nodes: project.nodesFolder });
  const { names } = readOwners(project, folders);
  requireOwner(options.owner, names, nearest(options.owner, names ?? []));
  const slots = await readSlots(project);
  const folder = `${project.nodesFolder}/${stage}/${name}`;
  const facts = factsOf({ ...options, stage, name, folder }, slots);
  return [
    newFile(`${folder}/${name}.contract.ts`, contractText(facts)),
    newFile(`${folder}/${name}.ts`, nodeText(facts)),
    newFile(`${folder}/${name}.test.ts`, testText(facts)),
    newFile(`${folder}/golden/exemplary/first-case.json`, goldenText(facts, inputsOf(facts, slots))),
    slotsFile(project, stage, facts, slots),
    editedFile(project.root, `${project.nodesFolder}/index.ts`, (text = "") => indexText(text, stage, name)),
  ];
}

interface Asked extends NewNodeOptions {
  readonly stage: string;
  readonly name: string;
  readonly folder: string;
}

function factsOf(asked: Asked, slots: ProjectSlots): NodeFacts {
  const { kind, name, owner, folder } = asked;
  const of = kind === "node" ? undefined : (asked.of ?? OF_DEFAULT);
  if (of !== undefined && !slots.holdsAds(of)) {
    throw cliError("wrongName", {
      message: `slot "${of}" holds no batch of retrieved ads`,
      detail: `a ${kind} works on the candidates of a slot with schema ${ADS_SCHEMA}`,
      hint: `name such a slot with --of, for example --of ${OF_DEFAULT}`,
    });
  }
  const reads = asked.reads ?? (kind === "node" ? [READS_DEFAULT] : []);
  for (const token of reads) slots.token(token);
  const writes = requireToken(asked.writes ?? defaultSlot(kind, name));
  const imported = new Map<string, string[]>();
  for (const token of [...(of === undefined ? [] : [of]), ...reads]) {
    const from = slots.importFrom(token, folder);
    imported.set(from, [...(imported.get(from) ?? []), token]);
  }
  imported.set("../slots.ts", [...(imported.get("../slots.ts") ?? []), writes]);
  return {
    kind,
    name,
    owner,
    purpose: asked.purpose ?? `${inWords(name)}: say in one line what for`,
    reads,
    of,
    writes,
    imports: importLines(imported),
  };
}

function defaultSlot(kind: NewNodeKind, name: string): string {
  const suffix = { node: "Output", filter: "Ads", map: "Scores" }[kind];
  return `${pascalCase(name)}${suffix}`;
}

/** Packages first, then paths from far to near, as the formatter orders them. */
function importLines(imported: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const depth = (from: string): number => (from.startsWith(".") ? -from.split("../").length : -100);
  return [...imported]
    .toSorted(([one], [other]) => depth(one) - depth(other) || (one < other ? -1 : 1))
    .map(([from, tokens]) => `import { ${[...new Set(tokens)].sort(byImportOrder).join(", ")} } from "${from}";`);
}

function inputsOf({ reads }: NodeFacts, slots: ProjectSlots): Readonly<Record<string, unknown>> {
  const entries = reads.map((token) => {
    const value = slots.goldenValue(token);
    if (value === undefined) {
      throw cliError("wrongName", {
        message: `no golden of the project states a value of slot "${token}"`,
        detail: "the new node's first golden takes its inputs from those of other nodes",
        hint: `begin with another slot in --reads and add "${token}" to the contract by hand`,
      });
    }
    return [slots.token(token).name, value] as const;
  });
  return Object.fromEntries(entries);
}

function slotsFile(project: Project, stage: string, facts: NodeFacts, slots: ProjectSlots): NewFile {
  const path = `${project.nodesFolder}/${stage}/slots.ts`;
  return editedFile(project.root, path, (before) => {
    const needed = neededBySlot(facts, stage, project, slots);
    const text = needed.reduce(withImport, before ?? `/** Slots that the stage "${stage}" writes. */\n`);
    return `${text.trimEnd()}\n\n${slotText(facts, ADS_SCHEMA)}`;
  });
}

interface NeededImport {
  readonly name: string;
  readonly from: string;
}

function neededBySlot(facts: NodeFacts, stage: string, project: Project, slots: ProjectSlots): readonly NeededImport[] {
  const core = { name: "slot", from: "@tenon/graph-core" };
  switch (facts.kind) {
    case "node":
      return [core, { name: "z", from: "zod" }];
    case "filter":
      return [core, { name: ADS_SCHEMA, from: "../retrieval/ad-columns.ts" }];
    case "map": {
      const of = facts.of ?? "";
      const from = slots.importFrom(of, `${project.nodesFolder}/${stage}`);
      const own = from === "./slots.ts" ? [] : [{ name: of, from }];
      return [{ name: "columnSchema", from: core.from }, core, ...own];
    }
  }
}

/** Adds a name to the imports of a text, to the line of its module when there is one. */
function withImport(text: string, { name, from }: NeededImport): string {
  const line = new RegExp(`^import \\{([^}]*)\\} from "${from.replaceAll(/[.*+?^$()|[\]\\/]/g, "\\$&")}";$`, "m");
  const found = line.exec(text);
  if (found !== null) {
    const names = [...new Set([...(found[1] ?? "").split(",").map((each) => each.trim()), name])].filter(
      (each) => each !== "",
    );
    return text.replace(line, () => `import { ${names.sort(byImportOrder).join(", ")} } from "${from}";`);
  }
  const added = `import { ${name} } from "${from}";`;
  const lastImport = [...text.matchAll(/^import [^;]*;$/gm)].at(-1);
  if (lastImport === undefined) return `${text.trimEnd()}\n${added}\n`;
  const end = lastImport.index + lastImport[0].length;
  return `${text.slice(0, end)}\n${added}${text.slice(end)}`;
}

function indexText(text: string, stage: string, name: string): string {
  const withNode = withExport(text, `export { ${camelCase(name)} } from "./${stage}/${name}/${name}.ts";`);
  const slotsLine = `export * from "./${stage}/slots.ts";`;
  return withNode.includes(slotsLine) ? withNode : withExport(withNode, slotsLine);
}

/** What to do after the files are there, in order. */
export function afterNewNode(project: Project, { path, kind }: NewNodeOptions): readonly string[] {
  const name = camelCase(path.split("/")[1] ?? "");
  const where = relative(project.root, project.graphsFile).replace(/[^/]+$/, "");
  return [
    `replace what ${kind === "node" ? "run" : `the ${kind}`} does, and its golden: TENON_UPDATE_GOLDENS=1 npx vitest run ${project.nodesFolder}/${path}`,
    `put ${name} into the nodes of a graph below ${where}, then: npx tenon check`,
    "write CODEOWNERS anew: npm run owners",
  ];
}
