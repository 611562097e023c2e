/**
 * From the column of the ads database, or the field of a signal, to the node and the logged feature that live on it, and back.
 *
 * L1 Everything here is declared: groups and their sources, inputs and products of handlers, places of the index, columns in the
 *    contracts of nodes, features. No line of logic is read, and nothing is run.
 * L2 Within a handler every product comes from every input: what it makes of them is its own business.
 */
import type { DataClass } from "@tenon/storage-repo/api";

/** Who passes a value on: several of one step are alternatives, such as the lanes. */
export interface Actor {
  readonly kind: "topic" | "task" | "handler" | "node";
  readonly name: string;
  readonly owner: string;
}

export type ItemKind =
  /** Column of the ads database, or field of a signal. */
  | "source"
  /** Column of the repository, as `entity.group.column`. */
  | "column"
  /** Leaf of the servable document. */
  | "leaf"
  /** Where the index keeps it. */
  | "place"
  /** Column of the candidates of a request. */
  | "candidate"
  /** Field of a topic that goes past the pipeline. */
  | "shortCut"
  | "feature"
  /** A node that reads it, and makes something else of it. */
  | "reader"
  | "logged";

export interface Item {
  readonly id: string;
  readonly kind: ItemKind;
  readonly name: string;
  readonly owner: string;
  readonly class?: DataClass;
}

export interface Edge {
  readonly from: Item;
  readonly to: Item;
  /** In order; none where the one is the other by another name. */
  readonly via: readonly (readonly Actor[])[];
}

/** Name of a column of the repository among the items. */
export function columnName(entity: string, group: string, column: string): string {
  return `${entity}.${group}.${column}`;
}

export class Lineage {
  readonly items: ReadonlyMap<string, Item>;
  readonly edges: readonly Edge[];
  private readonly into: ReadonlyMap<string, readonly Edge[]>;
  private readonly outOf: ReadonlyMap<string, readonly Edge[]>;

  constructor(items: Iterable<Item>, edges: readonly Edge[]) {
    this.edges = edges;
    this.items = new Map([...items].map((item) => [item.id, item]));
    this.into = Map.groupBy(edges, ({ to }) => to.id);
    this.outOf = Map.groupBy(edges, ({ from }) => from.id);
  }

  ofKind(kind: ItemKind): readonly Item[] {
    return [...this.items.values()].filter((item) => item.kind === kind);
  }

  /** What it is made of. */
  makersOf({ id }: Item): readonly Edge[] {
    return this.into.get(id) ?? [];
  }

  /** What is made of it, and who reads it. */
  readersOf({ id }: Item): readonly Edge[] {
    return this.outOf.get(id) ?? [];
  }

  /** Everything that can be reached, the nearest first, without the item itself. */
  reached(from: Item, way: "makers" | "readers"): readonly Item[] {
    const found = new Map<string, Item>([[from.id, from]]);
    for (const item of found.values()) {
      const edges = way === "makers" ? this.makersOf(item) : this.readersOf(item);
      for (const edge of edges) {
        const next = way === "makers" ? edge.from : edge.to;
        found.set(next.id, next);
      }
    }
    found.delete(from.id);
    return [...found.values()];
  }
}

/** Items and edges, while they are found: naming an item twice is naming the same. */
export class LineageBuilder {
  private readonly items = new Map<string, Item>();
  private readonly edges: Edge[] = [];

  item(kind: ItemKind, name: string, facts: Pick<Item, "owner" | "class">): Item {
    const id = `${kind}:${name}`;
    const known = this.items.get(id);
    if (known !== undefined) return known;
    const made = { id, kind, name, ...facts };
    this.items.set(id, made);
    return made;
  }

  find(kind: ItemKind, name: string): Item | undefined {
    return this.items.get(`${kind}:${name}`);
  }

  edge(from: Item, to: Item, ...via: readonly (readonly Actor[])[]): void {
    this.edges.push({ from, to, via });
  }

  done(): Lineage {
    return new Lineage(this.items.values(), this.edges);
  }
}
