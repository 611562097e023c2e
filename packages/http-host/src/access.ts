import { hash, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1|\[::1\])$/;
const BEARER = /^Bearer +(\S+)$/i;

/** Whether an address is reached from this machine alone. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host);
}

/**
 * Who may see traces and metrics and give orders: whoever holds the admin token; on a loopback host without one,
 * everybody on this machine, but no web page: its requests carry an origin, or the name of its own host.
 */
export function mayAdminister(
  { host, adminToken }: { readonly host: string; readonly adminToken: string | null },
  headers: IncomingHttpHeaders,
): boolean {
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
