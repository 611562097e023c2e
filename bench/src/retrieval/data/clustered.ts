/**
 * Clustered synthetic vectors: 800 clusters of Zipf sizes in 32 super-topics, unit length. Clusters flatter an inverted file;
 * the text vectors beside them do not.
 */
import { Random } from "./random.ts";
import { ATTRIBUTE_VALUES, normalise, type QuerySet, type VectorSet } from "./vector-set.ts";

const SUPER_TOPICS = 32;
const CLUSTERS = 800;
/** Length of what a cluster adds to its super-topic, and of what an ad adds to its cluster, against a super-topic's 1. */
const CLUSTER_SPREAD = 0.8;
const AD_SPREAD = 0.6;
/** Sizes fall as rank ^ -0.75: at 1 a seventh of all ads would lie in one cluster, which no inverted file can divide well. */
const ZIPF_EXPONENT = 0.75;
/** Raised with every change of what is generated, so that files of an older form are not taken for it. */
const FORM = 1;

export interface ClusteredShape {
  readonly count: number;
  readonly dimensions: number;
  readonly seed: number;
}

/** Queries of one purpose never repeat those of another. */
export type QueryPurpose = "tuning" | "reporting";

export class ClusteredSource {
  private readonly shape: ClusteredShape;
  private readonly centres: Float32Array;
  /** Running sum of the clusters' shares, ending at 1. */
  private readonly shares: Float64Array;

  constructor(shape: ClusteredShape) {
    this.shape = shape;
    this.centres = centresOf(shape);
    this.shares = zipfShares(CLUSTERS);
  }

  /** Of the set that {@link vectorSet} gives. */
  get digest(): string {
    const { count, dimensions, seed } = this.shape;
    return `clustered-${FORM}-${count}x${dimensions}-${seed}`;
  }

  vectorSet(): VectorSet {
    const { count, dimensions, seed } = this.shape;
    const vectors = new Float32Array(count * dimensions);
    const groups = new Uint16Array(count);
    const random = new Random(seed, "ads");
    for (let id = 0; id < count; id++)
      groups[id] = this.draw(random, vectors.subarray(id * dimensions, (id + 1) * dimensions));
    return {
      digest: this.digest,
      count,
      dimensions,
      vectors,
      groups,
      first: attribute(count, seed, "first"),
      second: attribute(count, seed, "second"),
    };
  }

  queries(count: number, purpose: QueryPurpose): QuerySet {
    const { dimensions, seed } = this.shape;
    const random = new Random(seed, `queries for ${purpose}`);
    const vectors = Array.from({ length: count }, () => new Float32Array(dimensions));
    return { vectors, groups: vectors.map((vector) => this.draw(random, vector)) };
  }

  /** Writes one vector and returns its cluster. */
  private draw(random: Random, into: Float32Array): number {
    const cluster = placeIn(this.shares, random.next());
    const { dimensions } = this.shape;
    const spread = AD_SPREAD / Math.sqrt(dimensions);
    for (let axis = 0; axis < dimensions; axis++)
      into[axis] = (this.centres[cluster * dimensions + axis] as number) + spread * random.normal();
    normalise(into);
    return cluster;
  }
}

export function attribute(count: number, seed: number, name: string): Uint32Array {
  const random = new Random(seed, `attribute ${name}`);
  return Uint32Array.from({ length: count }, () => random.below(ATTRIBUTE_VALUES));
}

function centresOf({ dimensions, seed }: ClusteredShape): Float32Array {
  const random = new Random(seed, "centres");
  const topics = Array.from({ length: SUPER_TOPICS }, () => {
    const topic = Float32Array.from({ length: dimensions }, () => random.normal());
    normalise(topic);
    return topic;
  });
  const centres = new Float32Array(CLUSTERS * dimensions);
  const spread = CLUSTER_SPREAD / Math.sqrt(dimensions);
  for (let cluster = 0; cluster < CLUSTERS; cluster++) {
    const topic = topics[random.below(SUPER_TOPICS)] as Float32Array;
    for (let axis = 0; axis < dimensions; axis++)
      centres[cluster * dimensions + axis] = (topic[axis] as number) + spread * random.normal();
  }
  return centres;
}

function zipfShares(count: number): Float64Array {
  const shares = new Float64Array(count);
  let sum = 0;
  for (let rank = 0; rank < count; rank++) {
    sum += (rank + 1) ** -ZIPF_EXPONENT;
    shares[rank] = sum;
  }
  return shares.map((share) => share / sum);
}

function placeIn(shares: Float64Array, at: number): number {
  let low = 0;
  let high = shares.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((shares[middle] as number) <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}
