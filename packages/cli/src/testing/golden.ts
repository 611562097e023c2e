import { join } from "node:path";

/** Where a reviewed text lies. */
export function golden(name: string): string {
  return join(import.meta.dirname, "../../test/golden", name);
}
