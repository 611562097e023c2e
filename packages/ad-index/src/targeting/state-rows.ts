/** What an ad's own states allow, as rows: one bit per row. An empty row is in none of the sets. */
import type { AdDocument } from "@tenon/ads-model";
import { setBit, wordsFor } from "../bits/bitset.ts";
import { SectionReader } from "../files/section-reader.ts";
import { prefixed, type Sections } from "../files/sections.ts";

/** Before the names of the sections. */
const PREFIX = "states";

export class StateRows {
  readonly active: Int32Array;
  readonly creativeApproved: Int32Array;
  readonly policyApproved: Int32Array;

  private constructor(active: Int32Array, creativeApproved: Int32Array, policyApproved: Int32Array) {
    this.active = active;
    this.creativeApproved = creativeApproved;
    this.policyApproved = policyApproved;
  }

  /** `documents[r]`: the ad of row r; undefined for an empty row. */
  static of(documents: readonly (AdDocument | undefined)[]): StateRows {
    const rows = () => new Int32Array(wordsFor(documents.length));
    const states = new StateRows(rows(), rows(), rows());
    for (const [row, document] of documents.entries()) {
      if (document?.status === "active") setBit(states.active, row);
      if (document?.creativeReview === "approved") setBit(states.creativeApproved, row);
      if (document?.policyReview === "approved") setBit(states.policyApproved, row);
    }
    return states;
  }

  toSections(): Sections {
    const { active, creativeApproved, policyApproved } = this;
    return prefixed(PREFIX, { active, creativeApproved, policyApproved });
  }

  /** What {@link toSections} gave, of `rows` rows. Throws TENON1420 and TENON1421. */
  static fromSections(sections: Sections, rows: number): StateRows {
    const reader = new SectionReader(sections, PREFIX);
    const read = (name: string) => reader.int32(name, wordsFor(rows));
    return new StateRows(read("active"), read("creativeApproved"), read("policyApproved"));
  }
}
