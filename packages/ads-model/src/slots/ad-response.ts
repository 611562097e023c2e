import { slot } from "@tenon/graph-core";
import { AdResponseSchema, type AdResponse as ResponseBody } from "../response.ts";

/** The noun keeps its name beside the token. */
export type AdResponse = ResponseBody;
export const AdResponse = slot("adResponse", AdResponseSchema, {
  owner: "ads-serving",
  purposeOf: "the blended feed that the host answers with",
  leaves: "outside",
});
