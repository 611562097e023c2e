import { hash, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { isLoopback } from "../config/read-config.ts";
import type { Settings } from "../config/settings.ts";
import { hostError } from "../host/host-error.ts";

const BEARER = /^Bearer +(\S+)$/i;

/**
 * Who may see traces and metrics and throw switches: whoever holds the admin token; on a loopback host without one,
 * everybody on this machine, but no web page: its requests carry an origin, or the name of its own host.
 */
export function mayAdminister({ host, adminToken }: Settings, headers: IncomingHttpHeaders): boolean {
  if (adminToken === null)
    return isLoopback(host) && headers.origin === undefined && isLoopback(hostName(headers.host));
  const given = BEARER.exec(headers.authorization ?? "")?.[1];
  return given !== undefined && equalSecrets(given, adminToken);
}

/** A host header without its port. */
function hostName(header: string | undefined): string {
  return (header ?? "").replace(/:\d+$/, "");
}

/** Compares digests, so that neither length nor first difference shows in the time. */
function equalSecrets(left: string, right: string): boolean {
  return timingSafeEqual(hash("sha256", left, "buffer"), hash("sha256", right, "buffer"));
}

/** @throws GraphError TENON1616 */
export function requireAdmin(settings: Settings, headers: IncomingHttpHeaders): void {
  if (mayAdminister(settings, headers)) return;
  throw hostError("notAllowed", {
    message: "this needs the admin token",
    hint: "send authorization: Bearer <adminToken>; the token is set with TENON_ADMIN_TOKEN or in the config file",
  });
}
