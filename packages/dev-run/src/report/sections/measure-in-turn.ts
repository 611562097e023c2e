/** Rounds of base and head in turn, so that what else the machine does meets both. */
import type { Compared, ComparedEntry } from "../../compare/compared.ts";
import type { MeasuredEntry } from "../../versions/protocol.ts";
import type { VersionProcess } from "../../versions/version-process.ts";

/** Per round, the entries in the order they were asked. */
export interface MeasuredRounds {
  readonly base: readonly (readonly MeasuredEntry[])[];
  readonly head: readonly (readonly MeasuredEntry[])[];
}

/** Rounds that are taken at most, unless more were asked for. */
const ROUNDS_MAX = 15;

/**
 * Measures these entries in both versions, after a round that warms both up.
 *
 * @param rounds of base and head each; as many again, up to {@link ROUNDS_MAX}, while `isOpen` says that they do not tell
 */
export async function measureInTurn(
  { baseVersion, headVersion }: Pick<Compared, "baseVersion" | "headVersion">,
  entries: readonly ComparedEntry[],
  { rounds, isOpen }: { readonly rounds: number; readonly isOpen: (measured: MeasuredRounds) => boolean },
): Promise<MeasuredRounds> {
  const measured: { readonly base: MeasuredEntry[][]; readonly head: MeasuredEntry[][] } = { base: [], head: [] };
  if (entries.length === 0) return measured;
  const places = entries.map(({ place }) => place);
  const ask = (version: VersionProcess) => version.each<MeasuredEntry>({ kind: "measure", entries: places });
  const sides = [
    [measured.base, baseVersion],
    [measured.head, headVersion],
  ] as const;
  for (const [, version] of sides) await ask(version);
  for (let wanted = rounds; ; wanted = Math.min(wanted + rounds, ROUNDS_MAX)) {
    while (measured.base.length < wanted) {
      const inTurn = measured.base.length % 2 === 0 ? sides : sides.toReversed();
      for (const [into, version] of inTurn) into.push([...(await ask(version))]);
    }
    if (wanted >= ROUNDS_MAX || !isOpen(measured)) return measured;
  }
}
