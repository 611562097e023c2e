/**
 * Imports modules that export a graph (`example`) or several (`examples`), with `options`, and prints what the checks say
 * as JSON. A script of its own, so that places are those of plain Node: no test runner rewrites the files in between.
 *
 *   node --conditions=@tenon/source check-modules.ts <file> …
 */

import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { pathToFileURL } from "node:url";
import {
  type CheckOptions,
  checkGraph,
  checkGraphs,
  type Diagnostic,
  type Graph,
  renderDiagnostics,
} from "@tenon/graph-core";

export interface CheckedModule {
  readonly diagnostics: readonly Diagnostic[];
  /** The diagnostics as `tenon check` prints them, with code frames; empty when there are none. */
  readonly text: string;
}

interface Checkable {
  readonly example?: Graph;
  readonly examples?: readonly Graph[];
  readonly options?: CheckOptions;
}

async function check(file: string): Promise<CheckedModule> {
  const { example, examples, options } = (await import(pathToFileURL(file).href)) as Checkable;
  const diagnostics = examples === undefined ? checkGraph(example as Graph, options) : checkGraphs(examples, options);
  const source = (path: string): string => readFileSync(path, "utf8");
  const text = diagnostics.length === 0 ? "" : renderDiagnostics(diagnostics, { source, root: dirname(file) });
  return { diagnostics, text };
}

const results: CheckedModule[] = [];
for (const file of process.argv.slice(2)) results.push(await check(file));
process.stdout.write(JSON.stringify(results));
