import type { StudioPlace } from "../../report-address.ts";

/** How much of each section is shown; tightened until the whole fits. */
export interface Shown {
  readonly rows: number;
  readonly findings: number;
  readonly mermaid: boolean;
  /** Where findings are shown. */
  readonly studio?: StudioPlace | undefined;
}
