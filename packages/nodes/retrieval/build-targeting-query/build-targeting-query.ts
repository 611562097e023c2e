import { node } from "@tenon/graph-core";
import { buildTargetingQueryContract } from "./build-targeting-query.contract.ts";

/** What is not known is left out, never guessed: a missing attribute has a meaning of its own to targeting (T3). */
export const buildTargetingQuery = node({
  ...buildTargetingQueryContract,
  run: ({ normalRequest, targetingUser, queryWords = [] }, { clock }) => {
    const { country, region, device, surface, language, hourOfDayLocal } = normalRequest;
    const { ageBracket, gender, interests } = targetingUser;
    return {
      targetingQuery: {
        targeting: {
          country: [country],
          ...(region !== null && { region: [region] }),
          ...(ageBracket !== null && { ageBracket: [ageBracket] }),
          device: [device],
          ...(gender !== null && { gender: [gender] }),
          ...(interests.length > 0 && { interest: interests.map(({ interest }) => interest) }),
          ...(queryWords.length > 0 && { keyword: queryWords }),
          surface: [surface],
          ...(hourOfDayLocal !== null && { hourOfDay: [hourOfDayLocal] }),
          language: [language],
        },
        atMs: Math.floor(clock.nowMs),
      },
    };
  },
});
