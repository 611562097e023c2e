/** A spike of content clogs the pipeline: publishing stops, what is stale is dropped and counted, and comes back when there is room. */
import { DroppedUpdates } from "@tenon/nodes";
import type { Drill } from "./drill.ts";
import type { TopicMark } from "./drill-port.ts";
import { catchUp, type EntityUpdate, refuseTooMany, resend, verifyEnd } from "./steps.ts";

const REASON = "drill spike: content clogs the pipeline";

export const spike: Drill = {
  name: "spike",
  purpose: "content of an upstream's spike clogs the pipeline, and control data waits behind it",
  first: "the upstream goes on; it need not be stopped",
  options: {},
  steps: () => {
    let droppedFrom: TopicMark = new Map();
    return [
      {
        name: "stop publishing",
        order: "switch publishing off: ad servers keep what they have, documents wait in order",
        act: async (port) => {
          droppedFrom = await port.mark(DroppedUpdates);
          await port.order("publishing", false, REASON);
          return "publishing is off";
        },
      },
      {
        name: "drop stale content",
        order:
          "switch dropContentBeforeMs to now: the gateway drops older content and keeps it in dropped-updates; control data never",
        act: async (port) => {
          const nowMs = port.nowMs();
          await port.order("dropContentBeforeMs", nowMs, REASON);
          return `content from before ${new Date(nowMs).toISOString()} is dropped`;
        },
      },
      {
        name: "publish again",
        order: "switch publishing on: what changed meanwhile goes out, control data first",
        act: async (port) => {
          await port.order("publishing", true, REASON);
          return "publishing is on";
        },
      },
      catchUp("clear the backlog"),
      {
        name: "stop dropping",
        order: "switch dropContentBeforeMs off",
        act: async (port) => {
          await port.order("dropContentBeforeMs", null, REASON);
          return "nothing is dropped any more";
        },
      },
      {
        name: "bring back",
        order: "send the newest dropped update of each row again, in the low lane",
        act: async (port) => {
          const newest = new Map<string, EntityUpdate>();
          let dropped = 0;
          for await (const { update } of port.values(DroppedUpdates, droppedFrom)) {
            dropped++;
            const key = `${update.entity}:${update.key}:${update.group}`;
            if ((newest.get(key)?.version ?? -1) < update.version) newest.set(key, update);
            refuseTooMany(newest.size, "dropped updates");
          }
          return `${dropped} updates were dropped, ${await resend(port, newest.values())} are sent again`;
        },
      },
      catchUp("wait for them"),
      verifyEnd,
    ];
  },
};
