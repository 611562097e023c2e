import type { ReactNode } from "react";

/** What may be wider than its room: scrolled by keys too. */
export function Scroll({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: only what has the focus can be scrolled by keys
    <section className="scroll" aria-label={label} tabIndex={0}>
      {children}
    </section>
  );
}
