import type { AnyEntity, KeyOf } from "./entity.ts";
import type { EntityWrites, GroupWrite, PresenceWrite, WriteSet } from "./write-set.ts";

type GroupsOf<Token extends AnyEntity> = Token["types"]["groups"];

interface OpenWrites {
  readonly groups: Record<string, GroupWrite[]>;
  readonly deletes: PresenceWrite[];
  readonly restores: PresenceWrite[];
}

/**
 * Collects writes into a write set.
 *
 * @example
 * new WriteSetBuilder()
 *   .write(AdGroupRow, "bid", { key: 7, version: versionOf(0, 12), columns: { bidMicros: 250_000, campaignId: 3 } })
 *   .delete(AdRow, { key: 9, version: versionOf(0, 13) })
 *   .build()
 */
export class WriteSetBuilder {
  readonly #writes = new Map<string, OpenWrites>();

  write<Token extends AnyEntity, Group extends keyof GroupsOf<Token> & string>(
    entity: Token,
    group: Group,
    write: GroupWrite<KeyOf<Token>, GroupsOf<Token>[Group]>,
  ): this {
    const { groups } = this.#open(entity);
    groups[group] ??= [];
    groups[group].push(write as GroupWrite);
    return this;
  }

  delete<Token extends AnyEntity>(entity: Token, write: PresenceWrite<KeyOf<Token>>): this {
    this.#open(entity).deletes.push(write);
    return this;
  }

  restore<Token extends AnyEntity>(entity: Token, write: PresenceWrite<KeyOf<Token>>): this {
    this.#open(entity).restores.push(write);
    return this;
  }

  build(): WriteSet {
    return Object.fromEntries([...this.#writes].map(([name, writes]) => [name, closed(writes)]));
  }

  #open(entity: AnyEntity): OpenWrites {
    const known = this.#writes.get(entity.name);
    if (known !== undefined) return known;
    const made: OpenWrites = { groups: {}, deletes: [], restores: [] };
    this.#writes.set(entity.name, made);
    return made;
  }
}

function closed({ groups, deletes, restores }: OpenWrites): EntityWrites {
  return {
    ...(Object.keys(groups).length > 0 && { groups }),
    ...(deletes.length > 0 && { deletes }),
    ...(restores.length > 0 && { restores }),
  };
}
