const KINDS: Readonly<Record<string, readonly [string, string]>> = {
  PASS: ["good", "✓"],
  FAIL: ["bad", "✕"],
  "NEEDS REVIEW": ["warn", "!"],
};

/** Outcome of a report, by colour, sign and word. */
export function Verdict({ outcome }: { readonly outcome: string }) {
  const [kind, sign] = KINDS[outcome] ?? ["", "?"];
  return (
    <span className={`chip ${kind}`}>
      <span aria-hidden="true">{sign}</span> {outcome}
    </span>
  );
}
