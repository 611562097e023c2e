import { GatewayPolicyResource } from "../resources.ts";
import { DroppedMessages, KeptUpdate, NormalisedUpdate } from "../slots.ts";

export const dropStaleContentContract = {
  owner: "ads-data",
  purpose: "on command drops content that is older than a backlog is worth, and says so; control data never",
  reads: [NormalisedUpdate],
  writes: [KeptUpdate, DroppedMessages],
  uses: [GatewayPolicyResource],
} as const;
