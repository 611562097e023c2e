import type { TopicPartition } from "../api/event-log.ts";
import { unknownPartition } from "../errors.ts";
import type { KafkaWire } from "./wire.ts";

/** Who leads which partition, as last heard. Topics known at once; the log has few. */
export class Leaders {
  readonly #wire: KafkaWire;
  readonly #known = new Map<string, readonly number[]>();
  readonly #asking = new Map<string, Promise<readonly number[]>>();

  constructor(wire: KafkaWire) {
    this.#wire = wire;
  }

  /** @throws GraphError TENON1553 */
  async of(at: TopicPartition): Promise<number> {
    const leader = (await this.ofTopic(at.topic))[at.partition];
    if (leader === undefined) throw unknownPartition(at);
    return leader;
  }

  /** @throws GraphError TENON1553 */
  ofTopic(topic: string): Promise<readonly number[]> {
    const known = this.#known.get(topic);
    return known === undefined ? this.#ask(topic) : Promise.resolve(known);
  }

  /** The broker says that it is another one now. */
  forget(topic: string): void {
    this.#known.delete(topic);
  }

  forgetAll(): void {
    this.#known.clear();
  }

  #ask(topic: string): Promise<readonly number[]> {
    const asking =
      this.#asking.get(topic) ??
      this.#wire.leadersOf(topic).then((leaders) => {
        // Not remembered: it may be made in a moment.
        if (leaders === undefined) throw unknownPartition({ topic });
        this.#known.set(topic, leaders);
        return leaders;
      });
    this.#asking.set(topic, asking);
    const done = (): boolean => this.#asking.delete(topic);
    asking.then(done, done);
    return asking;
  }
}
