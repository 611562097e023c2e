/** A metric of the host: its name, and how its samples are read off. */
import type { AdMixer } from "../host/ad-mixer.ts";

export interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Metric {
  readonly name: string;
  readonly type: "counter" | "gauge";
  readonly help: string;
  readonly samples: (host: AdMixer) => readonly Sample[];
}

export const one = (value: number): readonly Sample[] => [{ value }];
