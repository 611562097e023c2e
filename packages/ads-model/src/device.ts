import { z } from "zod";

export const DEVICES = ["desktop", "phone", "tablet"] as const;
export type Device = (typeof DEVICES)[number];
export const DeviceSchema = z.enum(DEVICES);
