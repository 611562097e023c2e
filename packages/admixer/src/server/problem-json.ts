/** Which HTTP status an error of this host has. */
import { GraphError } from "@tenon/graph-core";
import { STATUS_BY_CATEGORY } from "@tenon/http-host";
import { HostCode, hostError } from "../host/host-error.ts";

const STATUS_BY_CODE: Readonly<Record<string, number>> = {
  [HostCode.wrongBody]: 400,
  [HostCode.bodyTooLarge]: 413,
  [HostCode.noSuchRoute]: 404,
  [HostCode.overloaded]: 503,
  [HostCode.logBehind]: 503,
  [HostCode.notReady]: 503,
  [HostCode.replaysBusy]: 503,
  [HostCode.notAllowed]: 401,
  [HostCode.noTrace]: 404,
  [HostCode.noFeed]: 404,
  // The run passed its deadline.
  TENON1211: 504,
  // A switch that does not exist, or may not be thrown.
  TENON1210: 409,
};
/** What a wrapped error means when it is none of ours: its message may hold anything, so it goes to the log alone. */
export function asGraphError(error: unknown): GraphError {
  if (error instanceof GraphError) return error;
  return hostError("unexpected", {
    message: "the host failed unexpectedly",
    hint: "this is a defect of the host: look for this request id in its log",
    cause: error,
  });
}

export function statusOf(error: GraphError): number {
  return STATUS_BY_CODE[error.code] ?? STATUS_BY_CATEGORY[error.category];
}
