/** Filled in by the topic declaration. */
export interface AnyTopic {
  readonly name: string;
  readonly partitions: number;
}
