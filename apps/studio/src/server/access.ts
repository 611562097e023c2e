/**
 * Who gets data: the rule of the hosts, and the studio's own page.
 *
 * A browser sends no origin with a plain read of its own host, and its own origin with a question (POST). Any other
 * origin is another page, and is refused as the hosts refuse it.
 */
import type { IncomingHttpHeaders } from "node:http";
import { mayAdminister } from "@tenon/http-host";
import { studioError } from "./studio-error.ts";

export interface Access {
  /** Where the server listens. */
  readonly host: string;
  readonly adminToken: string | null;
}

/** @throws GraphError TENON2050 */
export function requireAccess(access: Access, headers: IncomingHttpHeaders): void {
  if (!isForeign(headers) && mayAdminister(access, ownOriginLeftOut(headers))) return;
  throw studioError("notAllowed", {
    message: "the studio's data needs the admin token",
    hint: "give the token on the page, or send authorization: Bearer <adminToken>; without a token only this machine may look",
  });
}

/** Browsers say what kind of page asks; programs say nothing. */
function isForeign(headers: IncomingHttpHeaders): boolean {
  const site = headers["sec-fetch-site"];
  return site !== undefined && site !== "same-origin" && site !== "none";
}

function ownOriginLeftOut(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const { origin, ...others } = headers;
  return origin === `http://${headers.host}` || origin === `https://${headers.host}` ? others : headers;
}
