/** The topics that a project's tasks read and write, by which stored records can be decoded. */
import { globSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Topic } from "@tenon/event-log/api";
import type { Task } from "@tenon/stream-runtime";
import { findProject } from "../project/find-project.ts";

const TASK_FILES = "graphs/**/*.tasks.ts";

/** Topics by name; none where the folder lies in no project. */
export async function projectTopics(folder: string): Promise<ReadonlyMap<string, Topic<unknown>>> {
  const topics = new Map<string, Topic<unknown>>();
  let root: string;
  try {
    ({ root } = findProject(folder));
  } catch {
    return topics;
  }
  for (const file of globSync(TASK_FILES, { cwd: root })) {
    const exported: Record<string, unknown> = await import(pathToFileURL(join(root, file)).href);
    for (const task of Object.values(exported).filter(isTask)) {
      const { source, sinks, window } = task;
      const all = [source, ...Object.values(sinks), ...(window === undefined ? [] : [window.results, window.late])];
      for (const topic of all) topics.set(topic.name, topic as Topic<unknown>);
    }
  }
  return topics;
}

function isTask(value: unknown): value is Task {
  return typeof value === "object" && value !== null && (value as { readonly kind?: unknown }).kind === "task";
}
