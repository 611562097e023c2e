import { node } from "@tenon/graph-core";
import { laneOfClass } from "@tenon/storage-repo/api";
import { classOf } from "../../indexing/sources.ts";
import { routeUpdateContract } from "./route-update.contract.ts";

export const routeUpdate = node({
  ...routeUpdateContract,
  run: ({ keptUpdate: update }, { uses: { gatewayPolicy }, clock: { nowMs } }) => {
    if (update === null) return { highUpdateMessages: [], mediumUpdateMessages: [], lowUpdateMessages: [] };
    const dataClass = classOf(update);
    const place = `${update.entity}.${update.group}`;
    const lane = gatewayPolicy.lanes[place] ?? laneOfClass(dataClass);
    // The medium lane skips what it cannot read.
    if (lane === "medium" && dataClass === "control") {
      throw new RangeError(`the gateway's policy sends "${place}", control data, to the medium lane; use high or low`);
    }
    const messages = [{ key: `${update.entity}:${update.key}`, timeMs: nowMs, value: update }];
    return {
      highUpdateMessages: lane === "high" ? messages : [],
      mediumUpdateMessages: lane === "medium" ? messages : [],
      lowUpdateMessages: lane === "low" ? messages : [],
    };
  },
});
