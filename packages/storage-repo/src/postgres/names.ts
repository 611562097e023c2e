/** Names in SQL. Entity and column names are checked when an entity is declared, so quoting is for reserved words only. */
import { createHash } from "node:crypto";
import type { Statement } from "@tenon/postgres";
import type { AnyEntity, EntityGroup } from "../api/entity.ts";

/** Everything the repository stores is in this schema of the database. */
export const SCHEMA = "repo";
export const CHANGE_BATCH = `${SCHEMA}.change_batch`;
export const CHANGE_SEQUENCE = `${SCHEMA}.change_batch_seq`;
export const PUBLICATION = "tenon_repo_feed";
/** Begins every statement that may write an entity's table. It stands in the guards of stored tables, too. */
export const WRITE_MARK = "/* tenon.repo */";

export function quoted(name: string): string {
  return `"${name}"`;
}

export function tableOf(entity: AnyEntity): string {
  return `${SCHEMA}.${quoted(entity.name)}`;
}

export function blobTableOf(entity: AnyEntity): string {
  return `${SCHEMA}.${quoted(`${entity.name}_blob`)}`;
}

/** The table that holds a group. */
export function tableOfGroup(entity: AnyEntity, group: EntityGroup): string {
  return group.blob ? blobTableOf(entity) : tableOf(entity);
}

/** The statement as the guard lets it through: the guard looks at the text of the running statement, which costs no call. */
export function marked(text: string): string {
  return `${WRITE_MARK} ${text}`;
}

/** Prepared once per connection, under a name that its text decides. */
export function prepared(text: string): Statement {
  return { name: `repo_${createHash("sha256").update(text).digest("hex").slice(0, 24)}`, text };
}
