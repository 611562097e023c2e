/** M56, class of M01: a node deletes a field of its input. */
import { graph, node, slot } from "@tenon/graph-core";
import { z } from "zod";

const profileShape = z.object({ id: z.string(), city: z.string().optional() });
const Stored = slot("stored", profileShape, { owner: "ads-data" });
const Profile = slot("profile", profileShape, { owner: "ads-data" });
const Coarse = slot("coarse", profileShape, { owner: "ads-privacy" });

const load = node({
  owner: "ads-data",
  purpose: "takes the stored profile",
  reads: [Stored],
  writes: [Profile],
  run: ({ stored }) => ({ profile: { ...stored } }),
});

const hideCity = node({
  owner: "ads-privacy",
  purpose: "hides the city",
  reads: [Profile],
  writes: [Coarse],
  run: ({ profile }) => {
    const coarse = { ...profile };
    // defect: delete profile.city;
    delete coarse.city;
    return { coarse };
  },
});

export const example = graph({
  name: "m56",
  owner: "ads-serving",
  request: [Stored],
  nodes: { load, hideCity },
  respond: [Coarse],
});

export const request = { stored: { id: "u1", city: "Oslo" } };
export const response = { coarse: { id: "u1" } };
