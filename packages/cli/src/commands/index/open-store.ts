import { type ObjectStore, openObjectStore } from "@tenon/ad-index/publish";
import { cliError } from "../../cli-error.ts";
import type { Terminal } from "../../terminal.ts";

export interface IndexOptions {
  readonly store?: string;
  readonly json?: boolean;
}

/** @throws GraphError TENON1700 when no store is named, TENON1444 when it is none */
export function storeOf({ store }: IndexOptions, { environment }: Terminal): ObjectStore {
  const address = store ?? environment.OBJECT_STORE_URL;
  if (address !== undefined && address !== "") return openObjectStore(address, environment);
  throw cliError("wrongUsage", {
    message: "no object store is named",
    detail: "bases lie in an object store, and neither --store nor OBJECT_STORE_URL says where",
    hint: "give --store file:///folder or --store s3://bucket/prefix",
  });
}
