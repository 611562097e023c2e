import type { Key } from "@tenon/storage-repo/api";
import { streamError } from "../task/stream-error.ts";

/** TENON1811: somebody else has the item now; what the run wrote is rolled back. */
export function leaseLost({ handler, key }: { readonly handler: string; readonly key: Key }): Error {
  return streamError("leaseLost", `the lease of work "${handler}" on ${JSON.stringify(key)} has ended`, {
    hint: "nothing is lost: another worker does the same work; raise the lease if runs take longer",
  });
}
