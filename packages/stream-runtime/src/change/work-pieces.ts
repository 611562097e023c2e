import { LANES } from "../task/lane.ts";
import type { NewWork, WorkStore } from "./work-store.ts";

/** Items added by one statement, and held in memory until then. */
const PIECE_ITEMS_MAX = 5_000;
const ATTEMPTS_MAX = 10;

/**
 * Work of a pull on its way into the store, one item per handler and key. What fits into a piece is added in the transaction of
 * the cursor. More goes piece by piece in transactions of its own, before the cursor moves (W1): what was added by a pump that
 * then fails is added again and runs once more. So rows of many items are not held, and no snapshot stands between the pump and
 * the runs that already work on the first pieces.
 */
export class WorkPieces<Joined> {
  readonly #store: WorkStore<Joined>;
  readonly #onAdded: (work: readonly NewWork[]) => void;
  readonly #items = new Map<string, NewWork>();
  #isInPieces = false;

  constructor(store: WorkStore<Joined>, onAdded: (work: readonly NewWork[]) => void) {
    this.#store = store;
    this.#onAdded = onAdded;
  }

  async take(work: NewWork): Promise<void> {
    const id = JSON.stringify([work.handler, work.key]);
    this.#items.set(id, merged(work, this.#items.get(id)));
    if (this.#items.size < PIECE_ITEMS_MAX) return;
    this.#isInPieces = true;
    await this.#addPiece();
  }

  /** Adds what is left: in the cursor's transaction, when it is all there is. Resolves with what is added when that commits. */
  async end(tx: Joined): Promise<readonly NewWork[]> {
    if (this.#isInPieces) {
      await this.#addPiece();
      return [];
    }
    const items = [...this.#items.values()];
    await this.#store.add(tx, items);
    return items;
  }

  async #addPiece(): Promise<void> {
    const items = [...this.#items.values()];
    this.#items.clear();
    if (items.length === 0) return;
    await this.#store.transaction((tx) => this.#store.add(tx, items), {
      isolation: "readCommitted",
      attemptsMax: ATTEMPTS_MAX,
    });
    this.#onAdded(items);
  }
}

/** The most urgent lane, the last change, the fewest rounds. */
function merged(work: NewWork, known: NewWork | undefined): NewWork {
  if (known === undefined) return work;
  const lane = LANES.indexOf(known.lane) < LANES.indexOf(work.lane) ? known.lane : work.lane;
  const upTo = known.upTo > work.upTo ? known.upTo : work.upTo;
  return { ...work, lane, upTo, rounds: Math.min(known.rounds, work.rounds) };
}
