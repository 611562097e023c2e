/** Which requests may still hold what was current when they began: what they hold is closed when the last of them has ended. */

interface Generation {
  running: number;
  retired: boolean;
  readonly ended: PromiseWithResolvers<void>;
}

function newGeneration(): Generation {
  return { running: 0, retired: false, ended: Promise.withResolvers() };
}

export class RunningRequests {
  #current = newGeneration();
  #earlier: Promise<unknown> = Promise.resolve();

  /** A request begins. Call what it gives when the request has ended, once. */
  enter(): () => void {
    const generation = this.#current;
    generation.running++;
    return () => {
      generation.running--;
      if (generation.retired && generation.running === 0) generation.ended.resolve();
    };
  }

  /** Settles when every request that runs now has ended; those that begin later are not waited for. */
  allEnded(): Promise<unknown> {
    const generation = this.#current;
    this.#current = newGeneration();
    generation.retired = true;
    if (generation.running === 0) generation.ended.resolve();
    this.#earlier = Promise.all([this.#earlier, generation.ended.promise]);
    return this.#earlier;
  }
}
