import { node } from "@tenon/graph-core";
import { classOf } from "../../indexing/sources.ts";
import { dropStaleContentContract } from "./drop-stale-content.contract.ts";

export const dropStaleContent = node({
  ...dropStaleContentContract,
  run: ({ normalisedUpdate: update }, { uses: { gatewayPolicy }, clock: { nowMs } }) => {
    const dataClass = classOf(update);
    const ageMs = (gatewayPolicy.dropContentBeforeMs ?? 0) - update.sourceAtMs;
    if (dataClass !== "content" || ageMs <= 0) return { keptUpdate: update, droppedMessages: [] };
    const value = { update, class: dataClass, ageMs };
    return {
      keptUpdate: null,
      droppedMessages: [{ key: `${update.entity}:${update.key}`, timeMs: nowMs, value }],
    };
  },
});
