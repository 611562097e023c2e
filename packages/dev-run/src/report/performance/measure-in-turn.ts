/** Base and head measured in turn, A/B B/A A/B, so that what else the machine does meets both. */
import type { ComparedEntry } from "../../compare/compared.ts";
import type { ReportInput } from "../report-input.ts";

/** One list of measured entries per round, each in the order of the entries. */
export interface Measured<Entry> {
  readonly base: readonly (readonly Entry[])[];
  readonly head: readonly (readonly Entry[])[];
}

/** @param rounds of base and head each, after one that warms both up */
export async function measureInTurn<Entry>(
  { compared }: Pick<ReportInput, "compared">,
  {
    kind,
    entries,
    rounds,
  }: { readonly kind: "measure" | "allocate"; readonly entries: readonly ComparedEntry[]; readonly rounds: number },
): Promise<Measured<Entry>> {
  const [base, head]: [(readonly Entry[])[], (readonly Entry[])[]] = [[], []];
  const places = entries.map(({ place }) => place);
  for (let round = 0; round <= rounds && places.length > 0; round++) {
    const sides = [
      [base, compared.baseVersion],
      [head, compared.headVersion],
    ] as const;
    for (const [into, version] of round % 2 === 0 ? sides : sides.toReversed()) {
      const measured = await version.each<Entry>({ kind, entries: places });
      if (round > 0) into.push(measured);
    }
  }
  return { base, head };
}
