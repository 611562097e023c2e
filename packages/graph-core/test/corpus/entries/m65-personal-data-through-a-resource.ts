/** M65, class of M54: personal data comes in through a resource, not a slot, and leaves the process. */
import { bind, graph, node, resource, slot } from "@tenon/graph-core";
import { z } from "zod";

const UserId = slot("userId", z.string(), { owner: "ads-serving" });
const Age = slot("age", z.int(), { owner: "ads-delivery" });
const Answer = slot("answer", z.object({ segment: z.string() }), { owner: "ads-serving", leaves: "outside" });
const Profiles = resource<{ readonly ageOf: (userId: string) => number }>()("profiles", {
  owner: "ads-privacy",
  purpose: "what is known about users",
  methods: ["ageOf"],
  pii: true,
});

const loadAge = node({
  owner: "ads-delivery",
  purpose: "loads the user's age",
  reads: [UserId],
  uses: [Profiles],
  writes: [Age],
  onFailure: "failRequest",
  run: ({ userId }, { uses }) => ({ age: uses.profiles.ageOf(userId) }),
});

const answer = node({
  owner: "ads-serving",
  purpose: "tells the partner the segment",
  reads: [Age],
  writes: [Answer],
  // defect: // nothing is declassified
  declassifies: { labels: ["pii"], reason: "two segments, each of millions of users" },
  run: ({ age }) => ({ answer: { segment: age < 30 ? "younger" : "older" } }),
});

export const example = graph({
  name: "m65",
  owner: "ads-serving",
  request: [UserId],
  nodes: { loadAge, answer },
  respond: [Answer],
});

export const bindings = { profiles: bind(Profiles, { value: { ageOf: () => 41 } }) };
export const request = { userId: "u1" };
export const response = { answer: { segment: "older" } };
