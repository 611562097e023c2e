/** What others know of the marketplace's things: not written by advertisers, and not in their database. */
interface Observed {
  /** Grows with every observation of its kind and key. */
  readonly version: number;
  readonly observedAtMs: number;
}

export interface ImageSignal extends Observed {
  readonly kind: "image";
  readonly creativeId: number;
  readonly imageUrl: string;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** Perceptual hash: 16 hexadecimal digits. */
  readonly signature: string;
  /** Share of the picture that is text, 0 to 1. */
  readonly textShare: number;
  /** `#rrggbb`. */
  readonly dominantColor: string;
}

export interface AnnotationsSignal extends Observed {
  readonly kind: "annotations";
  readonly creativeId: number;
  /** Most telling first. */
  readonly terms: readonly string[];
  /** ISO 639-1. */
  readonly language: string;
  /** 0 to 1. */
  readonly confidence: number;
}

export interface InterestsSignal extends Observed {
  readonly kind: "interests";
  readonly creativeId: number;
  /** Strongest first; affinity 0 to 1. */
  readonly interests: readonly { readonly interest: string; readonly affinity: number }[];
}

export interface EmbeddingSignal extends Observed {
  readonly kind: "embedding";
  readonly creativeId: number;
  /** Vectors compare within a space only. */
  readonly space: string;
  /** Length 1. */
  readonly vector: readonly number[];
}

export interface PerformanceSignal extends Observed {
  readonly kind: "performance";
  readonly adId: number;
  readonly impressions7d: number;
  readonly clicks7d: number;
  readonly impressions30d: number;
  readonly clicks30d: number;
  readonly conversions30d: number;
  readonly hides30d: number;
  readonly spend7dMicros: number;
  /** Reviewers' and users' opinion, 0 (bad) to 1 (good). */
  readonly reviewScore: number;
}

export interface BrandSignal extends Observed {
  readonly kind: "brand";
  readonly advertiserId: number;
  /** How well known, 0 to 1. */
  readonly popularity: number;
}

export type ContentSignal =
  | ImageSignal
  | AnnotationsSignal
  | InterestsSignal
  | EmbeddingSignal
  | PerformanceSignal
  | BrandSignal;
