/** A path relative to `root` where it lies below it, with forward slashes; otherwise as it is. */
export function shownPath(file: string, root: string | undefined): string {
  const slashes = (path: string): string => path.replaceAll("\\", "/");
  if (root === undefined || root === "") return slashes(file);
  const base = slashes(root).replace(/\/*$/, "/");
  const path = slashes(file);
  return path.startsWith(base) ? path.slice(base.length) : path;
}
