/** A node folder is `nodes/<stage>/<node-name>/`; files right in `nodes/<stage>/` and its `shared/` belong to the stage. */
const NODE_FILE = /(?:^|\/)nodes\/([^/]+)\/([^/]+)\/[^/]/;
const STAGE_FILE = /(?:^|\/)nodes\/([^/]+)\/[^/]+$/;

export const SHARED_FOLDER = "shared";

/** `retrieval/frequency-cap-filter` for a file in that folder, `undefined` for a file of a stage or of no node. */
export function nodeFolderOf(file: string): string | undefined {
  const match = NODE_FILE.exec(file.replaceAll("\\", "/"));
  return match === null || match[2] === SHARED_FOLDER ? undefined : `${match[1]}/${match[2]}`;
}

/** `retrieval` for any file below `nodes/retrieval/`. */
export function stageOf(file: string): string | undefined {
  const path = file.replaceAll("\\", "/");
  return (NODE_FILE.exec(path) ?? STAGE_FILE.exec(path))?.[1];
}
