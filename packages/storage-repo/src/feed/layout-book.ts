import type { Queryable } from "@tenon/postgres";
import { ChangeDecoder } from "../api/change-codec.ts";
import type { AnyEntity } from "../api/entity.ts";
import type { Layout } from "../api/layout.ts";
import { repoError } from "../api/repo-error.ts";
import { SCHEMA } from "../postgres/names.ts";

/** Decoders per stored layout, loaded when a batch of a new layout is met. */
export class LayoutBook {
  readonly #database: Queryable;
  readonly #entities: readonly AnyEntity[];
  readonly #decoders = new Map<number, ChangeDecoder>();

  constructor(database: Queryable, entities: readonly AnyEntity[]) {
    this.#database = database;
    this.#entities = entities;
  }

  /** Loads what is stored by now. */
  async load(): Promise<void> {
    const rows = await this.#database.query<{ schema_v: number; layout: Layout }>(
      `select schema_v, layout from ${SCHEMA}.change_layout`,
    );
    for (const { schema_v: version, layout } of rows) {
      if (!this.#decoders.has(version)) this.#decoders.set(version, new ChangeDecoder(layout, this.#entities));
    }
  }

  /** The decoder, when its layout is loaded. */
  known(schemaVersion: number): ChangeDecoder | undefined {
    return this.#decoders.get(schemaVersion);
  }

  /** @throws GraphError TENON1538 for a layout that is not stored */
  async decoder(schemaVersion: number): Promise<ChangeDecoder> {
    if (!this.#decoders.has(schemaVersion)) await this.load();
    const decoder = this.#decoders.get(schemaVersion);
    if (decoder !== undefined) return decoder;
    throw repoError("TENON1538", "a change batch was written with a layout that is not stored", {
      category: "invariant",
      expected: `a row of ${SCHEMA}.change_layout with schema_v ${schemaVersion}`,
      found: `layouts ${[...this.#decoders.keys()].join(", ")}`,
      hint: "layouts are never deleted: restore the table from the same backup as the batches",
    });
  }
}
