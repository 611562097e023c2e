/** A host of its own with the marketplace and a few traced requests, for pictures, tests and looking around. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type RunningAdMixer, readConfig, startAdMixer } from "@tenon/admixer";
import { topologyOf } from "@tenon/graph-core";
import * as graphs from "@tenon/graphs";
import { type AdMixerSourceOptions, adMixerSource, appFiles, hostWhatIf, serveStudio } from "../src/server/index.ts";

export interface SampleHost {
  readonly url: string;
  readonly host: RunningAdMixer;
  readonly stop: () => Promise<void>;
}

const ROOT = resolve(import.meta.dirname, "../../..");

export interface SampleOptions extends Partial<Pick<AdMixerSourceOptions, "more" | "graphs" | "pipeline">> {
  readonly flags?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
}

/** @param requests traced before the promise settles */
export async function sampleHost(requests: number, options: SampleOptions = {}): Promise<SampleHost> {
  const { flags = {}, environment = {}, more, graphs: others, pipeline } = options;
  const config = readConfig({ folder: ROOT, environment, flags: { port: "0", warmUpRequests: "8", ...flags } });
  const folder = mkdtempSync(join(tmpdir(), "tenon-studio-"));
  const settings = { ...config.settings, logFolder: join(folder, "log"), dataFolder: join(folder, "data") };
  let end: () => void = () => undefined;
  const host = await startAdMixer(
    { ...config, settings },
    {
      extend: async (server, admixer) => {
        const source = adMixerSource(admixer, {
          graphs: others ?? Object.values(graphs).map((graph) => topologyOf(graph as never)),
          root: ROOT,
          ...{ more: { whatIf: hostWhatIf(server, settings), ...more }, pipeline },
        });
        end = source.stop;
        await serveStudio(server, { source, access: settings, app: appFiles() });
      },
    },
  );
  for (let at = 0; at < requests; at++)
    await host.host.answer({ ...host.sampleRequest(at), requestId: `sample-${at}` }, { traced: true });
  return {
    url: host.url,
    host,
    stop: async () => {
      end();
      await host.stop();
      rmSync(folder, { recursive: true });
    },
  };
}
