/**
 * Where a thread of the base build begins. It shares the code that the process keeps compiled, which halves its start: a thread does
 * not have that by itself.
 */
import { enableCompileCache, flushCompileCache } from "node:module";
import { workerData } from "node:worker_threads";
import type { BuildThreadData } from "./thread-tasks.ts";

const { compileCache } = workerData as BuildThreadData;
if (compileCache !== undefined) enableCompileCache(compileCache);
await import("./thread-work.ts");
// A thread is ended without a moment to keep anything.
if (compileCache !== undefined) flushCompileCache();
