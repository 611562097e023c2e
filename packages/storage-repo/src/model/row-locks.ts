/** Row locks of the model: held until the transaction ends; a wait that would never end is refused. */
export class RowLocks<Holder extends object> {
  readonly #holders = new Map<string, Holder>();
  readonly #waits = new Map<Holder, { readonly lock: string; readonly turn: () => void }>();

  /** Resolves once the lock is held. Answers `false` when waiting for it would close a circle of waits. */
  async take(lock: string, holder: Holder): Promise<boolean> {
    while (this.#holders.has(lock) && this.#holders.get(lock) !== holder) {
      if (this.#wouldDeadlock(lock, holder)) return false;
      await new Promise<void>((turn) => this.#waits.set(holder, { lock, turn }));
      this.#waits.delete(holder);
    }
    this.#holders.set(lock, holder);
    return true;
  }

  release(holder: Holder): void {
    for (const [lock, by] of this.#holders) if (by === holder) this.#holders.delete(lock);
    for (const { lock, turn } of [...this.#waits.values()]) if (!this.#holders.has(lock)) turn();
  }

  #wouldDeadlock(lock: string, holder: Holder): boolean {
    let at = this.#holders.get(lock);
    while (at !== undefined) {
      if (at === holder) return true;
      const wait = this.#waits.get(at);
      at = wait === undefined ? undefined : this.#holders.get(wait.lock);
    }
    return false;
  }
}
