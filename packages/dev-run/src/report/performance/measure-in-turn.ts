/** Base and head measured in turn, A/B B/A A/B, so that what else the machine does meets both. */
import type { ComparedEntry } from "../../compare/compared.ts";
import type { ReportInput } from "../report-input.ts";

/** One list of measured entries per round, each in the order of the entries. */
export interface Measured<Entry> {
  readonly base: readonly (readonly Entry[])[];
  readonly head: readonly (readonly Entry[])[];
}

export interface TurnOptions<Entry> {
  readonly kind: "measure" | "allocate";
  readonly entries: readonly ComparedEntry[];
  /** Of base and head each, after one that warms both up. */
  readonly rounds: number;
  /** Whether more rounds may tell what these do not; as many again then, up to {@link ROUNDS_MAX}. */
  readonly isOpen?: (measured: Measured<Entry>) => boolean;
}

/** Rounds that are taken at most, unless more were asked for. */
const ROUNDS_MAX = 15;

export async function measureInTurn<Entry>(
  { compared: { baseVersion, headVersion } }: Pick<ReportInput, "compared">,
  { kind, entries, rounds, isOpen = () => false }: TurnOptions<Entry>,
): Promise<Measured<Entry>> {
  const measured: { readonly base: (readonly Entry[])[]; readonly head: (readonly Entry[])[] } = { base: [], head: [] };
  if (entries.length === 0) return measured;
  const places = entries.map(({ place }) => place);
  const sides = [
    [measured.base, baseVersion],
    [measured.head, headVersion],
  ] as const;
  for (const [, version] of sides) await version.each<Entry>({ kind, entries: places });
  for (let wanted = rounds; ; wanted = Math.min(wanted + rounds, ROUNDS_MAX)) {
    while (measured.base.length < wanted) {
      const inTurn = measured.base.length % 2 === 1 ? sides : sides.toReversed();
      for (const [into, version] of inTurn) into.push(await version.each<Entry>({ kind, entries: places }));
    }
    if (wanted >= ROUNDS_MAX || !isOpen(measured)) return measured;
  }
}
