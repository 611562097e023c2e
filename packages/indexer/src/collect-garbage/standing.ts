/** What an ad's standing would be by its rows: the handler of the live path says what archived means, of the ad or of anything above it. */
import { AdDocumentRow } from "@tenon/nodes";
import type { AnyRead, Key, Snapshot } from "@tenon/storage-repo/api";
import { type Handler, RowDeriver } from "@tenon/stream-runtime";

export interface Standing {
  readonly status: unknown;
  /** The newest change that went in, ms since 1970. */
  readonly sourceAtMs: unknown;
}

const GROUP = "delivery";

export class Standings {
  readonly #deriver: RowDeriver;

  constructor(handlers: readonly Handler[]) {
    const own = handlers.filter(({ produces }) =>
      produces.some(({ entity, groups }) => entity === AdDocumentRow && groups.includes(GROUP)),
    );
    this.#deriver = new RowDeriver({ handlers: own, resources: {} });
  }

  get reads(): readonly AnyRead[] {
    return this.#deriver.reads;
  }

  /** Ads whose standing cannot be derived are left out. */
  async of(snapshot: Snapshot, keys: readonly Key[]): Promise<ReadonlyMap<Key, Standing>> {
    const standings = new Map<Key, Standing>();
    for (const { key, groups } of await this.#deriver.derive(snapshot, keys, () => 1n)) {
      const columns = groups.get(`${AdDocumentRow.name}.${GROUP}`)?.columns;
      if (columns !== undefined)
        standings.set(key, { status: columns["status"], sourceAtMs: columns["deliverySourceAtMs"] });
    }
    return standings;
  }
}
