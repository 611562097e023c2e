import { useState } from "react";

/** A command as it is pasted, with a button that copies it. */
export function Command({ text }: { readonly text: string }) {
  const [said, say] = useState("Copy");
  const copy = () =>
    navigator.clipboard.writeText(text).then(
      () => say("Copied"),
      // A page that is no secure context may not: the words are there to be selected.
      () => say("Select and copy"),
    );
  return (
    <p className="pasted">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: only what has the focus can be scrolled by keys */}
      <code tabIndex={0}>{text}</code>
      <button type="button" className="button" aria-label={`Copy: ${text}`} onClick={() => void copy()}>
        <span aria-live="polite">{said}</span>
      </button>
    </p>
  );
}
