import { cruise, type ICruiseResult } from "dependency-cruiser";
import { importRules } from "./rules.ts";

export interface ImportFinding {
  readonly rule: string;
  readonly from: string;
  /** What is imported; for a cycle the files of the circle. */
  readonly to: string;
  readonly hint: string;
}

export interface ImportReport {
  /** Files looked at. A checker that cannot parse TypeScript reports 0 files and no mistake. */
  readonly moduleCount: number;
  /** Imports that were resolved to a file of ours. */
  readonly importCount: number;
  readonly findings: readonly ImportFinding[];
}

const NOT_OURS =
  "(^|/)(dist|golden|[.]tenon)/|^packages/source-rules/fixtures/|^packages/graph-core/test/types/fixtures/";

/**
 * Checks every import of the given files and folders against the rules. Type-only imports count, except where a rule says otherwise.
 * Parses with swc: the checker's own TypeScript parser needs a compiler API that TypeScript 7 does not have.
 */
export async function checkImports(root: string, paths: readonly string[]): Promise<ImportReport> {
  const { output } = await cruise(
    [...paths],
    {
      baseDir: root,
      parser: "swc",
      // ES modules only: a function of ours may be called `require`.
      moduleSystems: ["es6"],
      tsPreCompilationDeps: true,
      doNotFollow: { path: "node_modules" },
      exclude: { path: `^(?!.*node_modules/).*(${NOT_OURS})` },
      validate: true,
      ruleSet: { forbidden: [...importRules] },
    },
    {
      exportsFields: ["exports"],
      conditionNames: ["@tenon/source", "import", "node", "default", "types"],
      extensions: [".ts", ".mjs", ".js", ".json"],
    },
  );
  const { modules, summary } = output as ICruiseResult;
  const ours = modules.filter((module) => !module.source.includes("node_modules/") && module.coreModule !== true);
  const hints = new Map(importRules.map((rule) => [rule.name, rule.comment ?? ""]));
  return {
    moduleCount: ours.length,
    importCount: ours.flatMap((module) => module.dependencies).filter((to) => to.resolved.endsWith(".ts")).length,
    findings: summary.violations.map(({ rule, from, to, cycle }) => ({
      rule: rule.name,
      from,
      to: cycle === undefined ? to : cycle.map((step) => step.name).join(" -> "),
      hint: hints.get(rule.name) ?? "",
    })),
  };
}
