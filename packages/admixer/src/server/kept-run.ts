import type { AdMixer } from "../host/ad-mixer.ts";
import { hostError } from "../host/host-error.ts";
import type { KeptRun } from "../host/kept-runs.ts";

/** @throws GraphError TENON1617 */
export function keptRun(host: AdMixer, requestId: string): KeptRun {
  const run = host.kept.get(requestId);
  if (run !== undefined) return run;
  throw hostError("noTrace", {
    message: `no trace is kept of request "${requestId}"`,
    detail: `${host.kept.size} of at most ${host.settings.traceKeepMax} traces are kept; a share of ${host.settings.checkedShare} of the requests is traced`,
    hint: "send the request with x-tenon-trace: 1, or set checkedShare higher",
  });
}
