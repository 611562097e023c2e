/** The gateway's and the updater's graphs run in this process, for rows and signals that are read in bulk. */
import type { CurrentRow } from "@tenon/ads-database";
import { bind, compileGraph, createExecutor, type Executor, type HostClock, systemClock } from "@tenon/graph-core";
import { gatewayChanges, gatewaySignals, updater } from "@tenon/graphs";
import {
  AdsDatabaseResource,
  type ContentSignalSchema,
  type EntityUpdatesLow,
  GatewayPolicyResource,
  SOURCE_GROUPS,
} from "@tenon/nodes";
import type { WriteSet } from "@tenon/storage-repo/api";
import type { Message } from "@tenon/stream-runtime";
import type { z } from "zod";
import { ScannedRows } from "./scanned-rows.ts";

export type EntityUpdate = z.infer<typeof EntityUpdatesLow.schema>;
export type ContentSignal = z.infer<typeof ContentSignalSchema>;

/** What an update comes to: rows, or the reason why not. */
export interface UpdateOutcome {
  readonly writes: WriteSet;
  readonly rejected: readonly { readonly update: EntityUpdate; readonly reason: string; readonly owner: string }[];
}

/** Every group takes the low lane: bulk work holds up nobody. */
const BULK_POLICY = {
  version: "bulk",
  dropContentBeforeMs: null,
  lanes: Object.fromEntries(SOURCE_GROUPS.map(({ entity, group }) => [`${entity.name}.${group}`, "low" as const])),
};

export class UpdateRuns {
  readonly #cause: string;
  readonly #scanned = new ScannedRows();
  readonly #changes: Executor<never, unknown>;
  readonly #signals: Executor<never, unknown>;
  readonly #updater: Executor<never, unknown>;
  readonly #clock: HostClock;

  /** @param cause names the work in updates, for people: `first-load`, `source-sync` */
  constructor(
    cause: string,
    { clock = systemClock, checkedShare = 0.01 }: { readonly clock?: HostClock; readonly checkedShare?: number } = {},
  ) {
    this.#cause = cause;
    this.#clock = clock;
    const policy = bind(GatewayPolicyResource, { value: BULK_POLICY }, ({ version }) => version);
    const adsDatabase = bind(AdsDatabaseResource, { value: this.#scanned });
    const open = (graph: Parameters<typeof compileGraph>[0], resources: object) =>
      createExecutor(compileGraph(graph), { resources: resources as never, clock, checkedShare }) as never;
    this.#changes = open(gatewayChanges as never, { adsDatabase, gatewayPolicy: policy });
    this.#signals = open(gatewaySignals as never, { gatewayPolicy: policy });
    this.#updater = open(updater as never, {});
  }

  /** The update that a row is to the repository. A row that is gone is a delete. */
  async updateOfRow(row: CurrentRow): Promise<EntityUpdate> {
    this.#scanned.add(row);
    const { table, key, updatedAtMs } = row;
    const sourceChange = {
      ...{ table, key, committedAtMs: updatedAtMs, position: this.#cause },
      operation: row.row === null ? "delete" : "write",
    };
    try {
      return onlyUpdate(await this.#run(this.#changes, `${table}/${key}`, { sourceChange }));
    } finally {
      this.#scanned.delete(row);
    }
  }

  async updateOfSignal(contentSignal: ContentSignal): Promise<EntityUpdate> {
    return onlyUpdate(await this.#run(this.#signals, contentSignal.kind, { contentSignal }));
  }

  async outcomeOf(entityUpdate: EntityUpdate): Promise<UpdateOutcome> {
    const { entity, key } = entityUpdate;
    const response = await this.#run(this.#updater, `${entity}/${key}`, { entityUpdate });
    const rejected = response["rejectedMessages"] as readonly Message<UpdateOutcome["rejected"][number]>[];
    return { writes: response["updateWrites"] as WriteSet, rejected: rejected.map(({ value }) => value) };
  }

  async #run(
    executor: Executor<never, unknown>,
    id: string,
    request: object,
  ): Promise<Readonly<Record<string, unknown>>> {
    const context = executor.begin({ requestId: `${this.#cause}/${id}`, nowMs: this.#clock.nowMs() });
    return (await executor.execute(request as never, context)) as Readonly<Record<string, unknown>>;
  }
}

function onlyUpdate(response: Readonly<Record<string, unknown>>): EntityUpdate {
  const [message] = response["lowUpdateMessages"] as readonly Message<EntityUpdate>[];
  if (message === undefined) throw new RangeError("the gateway made no update of a row in the low lane");
  return message.value;
}
