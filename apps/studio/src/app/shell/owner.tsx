import type { GraphDocument } from "../../data/graph-document.ts";

/** The owner's colour, and its name: colour is never alone. */
export function Owner({ name, graph }: { readonly name: string; readonly graph?: GraphDocument | undefined }) {
  const colour = graph?.owners.find((owner) => owner.name === name)?.colour;
  return (
    <span className="owner">
      <span className="dot" style={colour === undefined ? {} : { background: colour }} /> {name}
    </span>
  );
}
