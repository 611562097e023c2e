import { Fragment } from "react";

/** A name that may be broken before its capitals and after its signs. */
export function Wrapped({ name }: { readonly name: string }) {
  const parts = name.split(/(?=[A-Z])|(?<=[-/.:])/);
  return parts.map((part, at) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: parts of a name never change places
    <Fragment key={at}>
      {at > 0 && <wbr />}
      {part}
    </Fragment>
  ));
}
