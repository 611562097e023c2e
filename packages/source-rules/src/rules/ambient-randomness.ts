import type { Report, SourceRule } from "../finding.ts";
import { hostParty, mentionsIn, reaches } from "./support.ts";

const GENERATORS = new Set([
  ...["Math.random", "crypto.randomUUID", "crypto.getRandomValues", "crypto.subtle.generateKey"],
  ...[
    "random",
    "randomBytes",
    "randomFill",
    "randomFillSync",
    "randomInt",
    "randomUUID",
    "randomUUIDv7",
    "getRandomValues",
  ].flatMap((name) => [`node:crypto.${name}`, `crypto.${name}`]),
  ...["node:crypto.webcrypto", "crypto.webcrypto", "node:crypto.generateKeySync", "node:crypto.generateKeyPairSync"],
]);

/** Objects that hold a generator: using a member is judged by its name, handing on the whole is not seen through. */
const HOLDERS = new Set(["Math", "crypto"]);

/** A dice roll that no seed decides cannot be replayed, and two arms of an experiment cannot be compared. */
export const ambientRandomness: SourceRule = {
  name: "ambient-randomness",
  code: "TENON1902",
  arguable: false,
  *find(source): Iterable<Report> {
    for (const mention of mentionsIn(source)) {
      const { node, path } = mention;
      const parent = source.parents.get(node);
      const handsOn = HOLDERS.has(path) && mention.through === undefined && parent?.type !== "VariableDeclarator";
      if (!reaches(mention, GENERATORS) && !handsOn) continue;
      yield {
        at: node.start,
        does: handsOn ? `hands on ${path}, which draws random values` : `draws a random value with ${path}`,
        other: hostParty(source, "process random generator", "has no seed in the log"),
        detail: { expected: "a number decided by the request's seed", found: path },
        hint: 'use context.random("name of the decision", row)',
      };
    }
  },
};
