import type { Database } from "@tenon/postgres";
import type { AnyEntity } from "../api/entity.ts";
import type { Dialect } from "./dialect.ts";
import { installRepo } from "./install.ts";
import { PostgresRepo } from "./postgres-repo.ts";

export interface OpenRepoOptions {
  readonly database: Database;
  readonly entities: readonly AnyEntity[];
  /** Default: what the server can do. */
  readonly dialect?: Dialect;
}

/**
 * Installs what is missing and opens the repository.
 *
 * @example
 * const repo = await openRepo({ database, entities: [CampaignRow, AdGroupRow] });
 * await repo.tx((tx) => tx.write(writeSet));
 *
 * @throws GraphError TENON1527 for a stored column of another type
 */
export async function openRepo({ database, entities, dialect }: OpenRepoOptions): Promise<PostgresRepo> {
  const { schemaVersion } = await installRepo(database, entities);
  return new PostgresRepo({ database, entities, schemaVersion, ...(dialect !== undefined && { dialect }) });
}
