import type { Report, SourceRule } from "../finding.ts";
import { slotNameOf } from "../flow/origin.ts";
import { slotParty } from "./support.ts";

/** Copying forms of the methods that change their receiver. */
const COPYING_FORM: Readonly<Record<string, string>> = {
  sort: "toSorted",
  reverse: "toReversed",
  splice: "toSpliced",
  push: "[...list, item]",
};

/** Every node of a request reads the same value: a write changes what the others see, in an order nobody declared. */
export const inputWrite: SourceRule = {
  name: "input-write",
  code: "TENON1911",
  arguable: false,
  *find(source): Iterable<Report> {
    for (const { node, origin, how } of source.flow.writes) {
      if (origin.root.kind === "module") continue;
      const slot = slotNameOf(origin);
      const what = slot === undefined ? `its ${origin.root.kind}` : `${slot.kind} "${slot.name}"`;
      const copying = COPYING_FORM[how];
      yield {
        at: node.start,
        does: how === "assigns" ? `assigns a part of ${what}` : `changes ${what} in place with ${how}()`,
        other: slotParty(source, origin),
        detail: { expected: "a new value in a slot of its own", found: source.textOf(node).split("\n", 1)[0] ?? "" },
        hint:
          copying === undefined
            ? "return a new record or column ({ ...value, field }), or use edit(value, (draft) => …)"
            : `use the copying form: ${copying}`,
      };
    }
  },
};
