import type { SinkOutbox } from "./sink-outbox.ts";

/** Messages that may wait for the log before handlers with sinks wait, too: an hour of 25 a second. */
export const WAITING_MAX = 100_000;
/** Between two looks. Runs that end in between may add what they like: the bound is exceeded by no more than that. */
export const LOOK_MS = 250;

/** Whether handlers that send messages may run: while the outbox has room. Closed until the first look. */
export class OutboxGate {
  isOpen = false;
  readonly #outbox: Pick<SinkOutbox<never>, "waiting">;
  readonly #waitingMax: number;

  constructor(outbox: Pick<SinkOutbox<never>, "waiting">, waitingMax: number) {
    this.#outbox = outbox;
    this.#waitingMax = waitingMax;
  }

  async look(): Promise<void> {
    this.isOpen = (await this.#outbox.waiting(this.#waitingMax)) < this.#waitingMax;
  }
}
