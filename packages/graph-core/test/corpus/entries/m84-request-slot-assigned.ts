/** M84, class of M01: the request itself is changed, which the host still holds. */
import { graph, node, slot } from "@tenon/graph-core";
import { z } from "zod";

const requestShape = z.object({ id: z.string(), device: z.object({ type: z.string() }) });
const AdRequest = slot("adRequest", requestShape, { owner: "ads-serving" });
const DeviceType = slot("deviceType", z.string(), { owner: "ads-data" });

const readDevice = node({
  owner: "ads-data",
  purpose: "names the kind of device",
  reads: [AdRequest],
  writes: [DeviceType],
  run: ({ adRequest }) => {
    const device = { ...adRequest.device };
    // untyped: (adRequest.device as any).type = device.type.toLowerCase();
    // defect: adRequest.device.type = device.type.toLowerCase();
    device.type = device.type.toLowerCase();
    return { deviceType: device.type.toLowerCase() };
  },
});

export const example = graph({
  name: "m84",
  owner: "ads-serving",
  request: [AdRequest],
  nodes: { readDevice },
  respond: [DeviceType],
});

export const request = { adRequest: { id: "r1", device: { type: "PHONE" } } };
export const response = { deviceType: "phone" };
