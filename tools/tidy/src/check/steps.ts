/** One part of `npm run check`: an npm script, so that it can also be run alone. */
export interface CheckStep {
  /** Name of the script in the root package.json. */
  readonly script: string;
  /** What it holds, for the line that is printed. */
  readonly holds: string;
}

/** In order of what a mistake usually breaks first. */
export const checkSteps: readonly CheckStep[] = [
  { script: "types", holds: "types of every source and test" },
  { script: "lint", holds: "lint and format" },
  { script: "imports", holds: "who imports whom" },
  { script: "owners:check", holds: "owners, CODEOWNERS" },
  { script: "graphs", holds: "graphs and node sources" },
  { script: "unused", holds: "dead exports, files, dependencies" },
];
