/** M54: a new node reads a field that the user's consent excludes. */
import { graph, node, slot } from "@tenon/graph-core";
import { z } from "zod";

const profileShape = z.object({ ageBracket: z.string().nullable() });
const UserProfile = slot("userProfile", profileShape, { owner: "ads-privacy", pii: true, purpose: ["delivery"] });
const Consented = slot("consentedProfile", profileShape, { owner: "ads-privacy" });
const Interests = slot("interests", z.array(z.string()), { owner: "ads-measurement" });

const applyConsent = node({
  owner: "ads-privacy",
  purpose: "keeps what the user agreed to",
  reads: [UserProfile],
  writes: [Consented],
  processesFor: "delivery",
  declassifies: { labels: ["pii", "delivery"], reason: "fields without consent are null, the rest is a bracket" },
  run: () => ({ consentedProfile: { ageBracket: null } }),
});

const audienceOf = (profile: typeof UserProfile | typeof Consented) =>
  node({
    owner: "ads-measurement",
    purpose: "guesses interests from age",
    reads: [profile],
    writes: [Interests],
    processesFor: "measurement",
    run: (inputs) => ({ interests: Object.values(inputs).flatMap((each) => each.ageBracket ?? []) }),
  });

export const example = graph({
  name: "m54",
  owner: "ads-serving",
  request: [UserProfile],
  // defect: nodes: { applyConsent, guessInterests: audienceOf(UserProfile) },
  nodes: { applyConsent, guessInterests: audienceOf(Consented) },
  respond: [Interests, Consented],
});

export const request = { userProfile: { ageBracket: "25-34" } };
export const response = { interests: [], consentedProfile: { ageBracket: null } };
