/** The operations that every Postgres from 15 on does alike. */
import type { Statement, Transaction } from "@tenon/postgres";
import type { AppliedGroupWrite, AppliedPresenceWrite } from "../api/applied-write.ts";
import type { AnyEntity } from "../api/entity.ts";
import type { PlannedGroup, PlannedPresence, PlannedWrites } from "../api/planned-writes.ts";
import type { BatchRecord, Dialect, DroppedWrite } from "./dialect.ts";
import { givenJson } from "./given.ts";
import { prepared } from "./names.ts";
import { droppedPresenceStatement, droppedStatement, RECORD_BATCH } from "./write-statements.ts";
import { keyOf, type SqlRow } from "./written-rows.ts";

const recordBatch = prepared(RECORD_BATCH);

export abstract class CommonDialect implements Dialect {
  abstract readonly name: string;
  readonly #statements = new Map<AnyEntity, Map<string, Statement>>();

  abstract upsertGroup(tx: Transaction, planned: PlannedGroup): Promise<readonly AppliedGroupWrite[]>;
  abstract mergeGiven(tx: Transaction, planned: PlannedGroup): Promise<readonly AppliedGroupWrite[]>;
  abstract writePresence(tx: Transaction, planned: PlannedPresence): Promise<readonly AppliedPresenceWrite[]>;

  async explainDropped(tx: Transaction, planned: PlannedWrites): Promise<readonly DroppedWrite[]> {
    const { entity } = planned;
    const rows =
      planned.kind === "group"
        ? await tx.query<SqlRow>(
            this.statement(entity, `dropped ${planned.group.name}`, () => droppedStatement(entity, planned.group)),
            [givenJson(planned.group, planned.writes)],
          )
        : await tx.query<SqlRow>(
            this.statement(entity, "dropped presence", () => droppedPresenceStatement(entity)),
            [givenJson(undefined, planned.writes), planned.deleted],
          );
    return rows.map((row) => ({
      key: keyOf(row.key),
      version: row.version as bigint,
      outcome: row.same !== true ? "stale" : row.differs === true ? "conflict" : "repeated",
    }));
  }

  recordBatch(tx: Transaction, { lanes, schemaVersion, body }: BatchRecord): void {
    tx.atCommit(recordBatch, [lanes, schemaVersion, body]);
  }

  protected statement(entity: AnyEntity, what: string, text: () => string): Statement {
    const known = this.#statements.get(entity) ?? new Map<string, Statement>();
    this.#statements.set(entity, known);
    const made = known.get(what) ?? prepared(text());
    known.set(what, made);
    return made;
  }
}
