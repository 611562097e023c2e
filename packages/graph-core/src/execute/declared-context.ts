import type { PlanNode } from "../compile/plan-model.ts";
import type { NodeContext } from "../contract/context.ts";
import type { NodeFunction } from "./checked-node.ts";

/** A node's own function with a context of exactly the declared resources: an undeclared use fails here, not in production. */
export function withDeclaredUses({ wired }: PlanNode): NodeFunction {
  const { run, uses } = wired.definition;
  const names = uses.map((each) => each.name);
  return (inputs, given: NodeContext<Readonly<Record<string, unknown>>>) =>
    run(inputs, new DeclaredContext(given, names));
}

class DeclaredContext implements NodeContext<Readonly<Record<string, unknown>>> {
  readonly #given: NodeContext<Readonly<Record<string, unknown>>>;
  readonly #names: readonly string[];

  constructor(given: NodeContext<Readonly<Record<string, unknown>>>, names: readonly string[]) {
    this.#given = given;
    this.#names = names;
  }

  get uses(): Readonly<Record<string, unknown>> {
    return Object.freeze(Object.fromEntries(this.#names.map((name) => [name, this.#given.uses[name]])));
  }
  get signal(): AbortSignal {
    return this.#given.signal;
  }
  get deadlineMs(): number {
    return this.#given.deadlineMs;
  }
  get clock(): NodeContext["clock"] {
    return this.#given.clock;
  }
  get random(): NodeContext["random"] {
    return this.#given.random;
  }
  get width(): NodeContext["width"] {
    return this.#given.width;
  }
}
