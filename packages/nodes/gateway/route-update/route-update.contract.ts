import { GatewayPolicyResource } from "../resources.ts";
import { HighUpdateMessages, KeptUpdate, LowUpdateMessages, MediumUpdateMessages } from "../slots.ts";

export const routeUpdateContract = {
  owner: "ads-data",
  purpose: "puts an update into the lane of its class, or of its group's override",
  reads: [KeptUpdate],
  writes: [HighUpdateMessages, MediumUpdateMessages, LowUpdateMessages],
  uses: [GatewayPolicyResource],
} as const;
