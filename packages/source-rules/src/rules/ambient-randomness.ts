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

/** A dice roll that no seed decides cannot be replayed, and two arms of an experiment cannot be compared. */
export const ambientRandomness: SourceRule = {
  name: "ambient-randomness",
  code: "TENON1902",
  arguable: false,
  *find(source): Iterable<Report> {
    for (const mention of mentionsIn(source)) {
      const { node, path } = mention;
      if (!reaches(mention, GENERATORS)) continue;
      yield {
        at: node.start,
        does: `draws a random value with ${path}`,
        other: hostParty(source, "process random generator", "has no seed in the log"),
        detail: { expected: "a number decided by the request's seed", found: path },
        hint: 'use context.random("name of the decision", row)',
      };
    }
  },
};
