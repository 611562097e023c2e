/** The studio of a host in this process: its runs, and with a pipeline beside it documents, lineage and lanes. */
import type { AdMixer, HostOverrides } from "@tenon/admixer";
import { type Graph, topologyOf } from "@tenon/graph-core";
import * as graphs from "@tenon/graphs";
import { ARGUS_HANDLERS } from "@tenon/graphs/handlers";
import * as tasks from "@tenon/graphs/tasks";
import { type IndexerStores, lookAtPipeline } from "@tenon/indexer";
import { lineageOf } from "@tenon/indexer/lineage";
import { type HostFacts, lookAtDocument, pipelineLag, pipelineTopology } from "@tenon/indexer/operate";
import { type Task, workByHandler } from "@tenon/stream-runtime";
import type { LineageDocument } from "@tenon/studio/data";
import {
  type AppFiles,
  adMixerSource,
  documentView,
  hostWhatIf,
  lineageDocument,
  type PipelineState,
  reportsFolder,
  type StudioSource,
  serveStudio,
} from "@tenon/studio/server";
import { rootOf } from "./root-of.ts";

export interface StudioOfHost {
  readonly folder: string;
  /** Folder of reports of dev runs. */
  readonly reports: string;
  readonly app: Promise<AppFiles>;
  readonly stores?: IndexerStores | undefined;
}

/** For `startAdMixer`: the studio on the host's own address. */
export function studioOfHost({ folder, reports, app, stores }: StudioOfHost): NonNullable<HostOverrides["extend"]> {
  // Nobody may have asked for the page when its build fails; whoever does is told.
  app.catch(() => undefined);
  return async (server, host) => {
    const root = rootOf(folder);
    const source = adMixerSource(host, {
      graphs: [
        ...Object.values(graphs).map((graph) => topologyOf(graph as unknown as Graph)),
        ...(stores === undefined ? [] : [pipelineTopology(PIPELINE)]),
      ],
      root,
      more: {
        ...(stores !== undefined && indexing(stores, async (adId) => [ownFacts(host, adId)])),
        ...{ whatIf: hostWhatIf(server, host.settings), reports: reportsFolder(reports) },
      },
      ...(stores !== undefined && { pipeline: () => pipelineState(stores) }),
    });
    server.addHook("onClose", async () => source.stop());
    await serveStudio(server, { source, access: host.settings, app });
  };
}

/** What the stores of the pipeline tell of documents, and what its declarations tell of columns. */
export function indexing(
  stores: IndexerStores,
  askHosts: (adId: number) => Promise<readonly HostFacts[]>,
): Pick<StudioSource, "document" | "lineage"> {
  const { database, log, adsDatabase, adsRows, bases, settings } = stores;
  const parts = {
    ...{ database, log, bases, handlers: ARGUS_HANDLERS },
    ads: { database: adsDatabase, rows: adsRows, slot: settings.slot },
    tasks: Object.values(tasks) as unknown as readonly Task[],
    askHosts,
  };
  // Made when it is first asked for: a start does not wait for it.
  let lineage: LineageDocument | undefined;
  const declared = { graphs: Object.values(graphs) as unknown as readonly Graph[], handlers: ARGUS_HANDLERS };
  return {
    document: async (adId) => documentView(await lookAtDocument(adId, parts)),
    lineage: async () => (lineage ??= lineageDocument(lineageOf({ ...declared, tasks: parts.tasks }))),
  };
}

/** This process is the serving host: no socket lies between. */
function ownFacts({ feed }: AdMixer, adId: number): HostFacts {
  const url = "this host";
  if (feed === undefined)
    return { url, version: undefined, appliedAtMs: null, offset: null, problem: "it has no index feed" };
  const { version, appliedAtMs, offset } = feed.freshnessOf(adId);
  return { url, version, appliedAtMs, offset, problem: undefined };
}

/** Tasks and handlers between the ads database and the index. */
export const PIPELINE: Parameters<typeof pipelineTopology>[0] = {
  tasks: [tasks.gatewayChangesTask, tasks.gatewaySignalsTask, tasks.updaterHigh, tasks.updaterMedium, tasks.updaterLow],
  handlers: ARGUS_HANDLERS,
};

export async function pipelineState(stores: IndexerStores): Promise<PipelineState> {
  const { backlog, parked } = await lookAtPipeline(stores);
  return {
    stages: backlog.map(({ stage, what, waiting }) => ({ stage, what, waiting })),
    lanes: (await workByHandler(stores.database)).map((work) => ({ ...work })),
    parked,
    lag: [...(await pipelineLag(stores, PIPELINE))],
  };
}
