import type { HostClock } from "@tenon/graph-core";
import { SWITCH_DEFAULTS, type Switches, type SwitchStore } from "./switch-store.ts";

/** A change is known everywhere after this long. */
const LOOK_MS = 1_000;

/** The switches as they were a second ago at most. While the store does not answer, the last ones hold. */
export class SwitchWatch {
  #current: Switches = { values: SWITCH_DEFAULTS, version: 0 };
  readonly #store: Pick<SwitchStore, "read">;
  readonly #clock: HostClock;
  readonly #onTrouble: (what: string, error: Error) => void;
  #takeBack: () => void = () => undefined;
  #stopped = false;

  constructor(store: Pick<SwitchStore, "read">, clock: HostClock, onTrouble: (what: string, error: Error) => void) {
    this.#store = store;
    this.#clock = clock;
    this.#onTrouble = onTrouble;
  }

  get current(): Switches {
    return this.#current;
  }

  /** Rejects when the switches cannot be read at all: nothing starts on defaults that somebody may have changed. */
  async start(): Promise<void> {
    this.#current = await this.#store.read();
    this.#next();
  }

  stop(): void {
    this.#stopped = true;
    this.#takeBack();
  }

  #next(): void {
    if (this.#stopped) return;
    this.#takeBack = this.#clock.after(LOOK_MS, () => {
      this.#store
        .read()
        .then(
          (read) => {
            this.#current = read;
          },
          (error: Error) => this.#onTrouble("switches", error),
        )
        .finally(() => this.#next());
    });
  }
}
