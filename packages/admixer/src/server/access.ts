import type { IncomingHttpHeaders } from "node:http";
import { mayAdminister } from "@tenon/http-host";
import type { Settings } from "../config/settings.ts";
import { hostError } from "../host/host-error.ts";

/** @throws GraphError TENON1616 */
export function requireAdmin(settings: Settings, headers: IncomingHttpHeaders): void {
  if (mayAdminister(settings, headers)) return;
  throw hostError("notAllowed", {
    message: "this needs the admin token",
    hint: "send authorization: Bearer <adminToken>; the token is set with TENON_ADMIN_TOKEN or in the config file",
  });
}
