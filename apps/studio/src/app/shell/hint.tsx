import { Fragment } from "react";

/** What to do, with its commands as such: they stand between backticks. */
export function Hint({ text }: { readonly text: string }) {
  return text.split("`").map((part, at) =>
    // biome-ignore lint/suspicious/noArrayIndexKey: parts of a text never change places
    at % 2 === 0 ? <Fragment key={at}>{part}</Fragment> : <code key={at}>{part}</code>,
  );
}
