/** `npm run imports`: who imports whom, against the arrows of arrows.ts. */
import { repositoryFiles, root } from "../repository.ts";
import { checkImports } from "./check-imports.ts";

const files = repositoryFiles(
  "packages/**/*.ts",
  "graphs/**/*.ts",
  "bench/**/*.ts",
  "tools/tidy/**/*.ts",
  "apps/**/*.ts",
  "apps/**/*.tsx",
  "examples/**/*.ts",
);
const { moduleCount, importCount, findings } = await checkImports(root, files);
for (const { rule, from, to, hint } of findings) console.error(`${rule}\n  ${from} imports ${to}\n  hint: ${hint}`);
console.log(`${moduleCount} files, ${importCount} imports, ${findings.length} against the rules`);
if (moduleCount === 0 || findings.length > 0) process.exitCode = 1;
