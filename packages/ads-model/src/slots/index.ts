/** Slots that hosts speak too: what a request gives to the ad-request graph, and what goes back to the caller. */
export { type AdmittedRequest, AdmittedRequestSchema, AdRequest } from "./ad-request.ts";
export { AdResponse } from "./ad-response.ts";
export { Arms, ArmsSchema } from "./arms.ts";
