#!/usr/bin/env node
/**
 * Starts `tenon`: from its sources in a checkout, where nothing is built, else from `dist`. Plain JavaScript that an
 * old Node can read too, so that the first thing a newcomer sees is never a syntax error.
 */
import { existsSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const NODE_MAJOR_MIN = 24;
/**
 * Young generation of a server: at the default size a request costs 1.8 times the processor time
 * (docs/design/0008-performance.md).
 */
const SERVER_FLAGS = ["--min-semi-space-size=32", "--max-semi-space-size=32"];
const here = dirname(fileURLToPath(import.meta.url));
const source = join(here, "../src/main.ts");
// Published packages carry their sources too, but Node strips no types below node_modules.
const fromSource = !here.split(/[\\/]/).includes("node_modules") && existsSync(source);

if (Number(process.versions.node.split(".")[0]) < NODE_MAJOR_MIN) await runOnProjectsNode();
else {
  if (process.argv[2] === "up") becomeServer();
  await runHere();
}

/**
 * Begins again with the flags of a server, in the same process: its id, its terminal and its signals stay. Returns where
 * that is not to be done: the flags are there, somebody chose others, or the system cannot (Windows).
 */
function becomeServer() {
  const given = [...process.execArgv, process.env.NODE_OPTIONS ?? ""].join(" ");
  if (/semi[-_]space[-_]size/.test(given) || typeof process.execve !== "function") return;
  // It says that it is experimental, to a person who only wants a server.
  process.emitWarning = () => undefined;
  process.execve(process.execPath, [process.execPath, ...SERVER_FLAGS, ...process.execArgv, ...process.argv.slice(1)]);
}

async function runHere() {
  const module = await import("node:module");
  // Keeps stripped and compiled code between starts: the second start is three times as fast as the first.
  module.enableCompileCache();
  if (fromSource) {
    // As `--conditions=@tenon/source`, which cannot be given to a process that already runs.
    module.registerHooks({
      resolve: (specifier, context, next) =>
        next(specifier, { ...context, conditions: [...new Set([...context.conditions, "@tenon/source"])] }),
    });
  }
  await import(pathToFileURL(fromSource ? source : join(here, "../dist/main.js")).href);
}

/** An older Node on PATH: the project brings its own as a dependency. */
async function runOnProjectsNode() {
  const node = projectsNode();
  if (node === undefined) {
    process.stderr.write(
      `error TENON1711: tenon needs Node ${NODE_MAJOR_MIN} or later, this is ${process.versions.node}\n` +
        "  hint: run `npm install` in the project, which brings its own Node, or install a newer one\n",
    );
    process.exitCode = 2;
    return;
  }
  const { spawn } = await import("node:child_process");
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: "inherit" });
  // The terminal sends Ctrl-C to both; the child decides when to end, and this process ends with it.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(signal, () => {
      if (signal !== "SIGINT") child.kill(signal);
    });
  }
  child.on("exit", (code, signal) => {
    process.exitCode = code ?? (signal === "SIGINT" ? 130 : 4);
  });
}

function projectsNode() {
  for (const from of [join(process.cwd(), "package.json"), realpathSync(fileURLToPath(import.meta.url))]) {
    try {
      const node = join(dirname(createRequire(from).resolve("node/package.json")), "bin/node");
      if (existsSync(node)) return node;
    } catch {
      // Not installed there: the next place is asked, and without any the message above says what to do.
    }
  }
  return undefined;
}
