/** The documents of the studio by their addresses below `data/`; what a server answers and an export writes. */
import type { Report } from "@tenon/dev-run/report-format";
import { type Topology, topologyHash } from "@tenon/graph-core";
import { cohortDocument } from "../data/build/cohort-document.ts";
import { graphDocument } from "../data/build/graph-document.ts";
import { VERSIONS_TOGETHER_MAX } from "../data/build/union-topology.ts";
import { adDocument } from "../data/explain/ad-document.ts";
import { runFacts } from "../data/explain/run-facts.ts";
import type { GraphDocument } from "../data/graph-document.ts";
import { INDEX_FORMAT, type IndexDocument, type RunEntry } from "../data/index-document.ts";
import type { NodeValues } from "../data/node-values.ts";
import type { RunDocument } from "../data/run-document.ts";
import { studioError } from "./studio-error.ts";
import type { StudioSource } from "./studio-source.ts";

/** Runs that the index lists: the newest. */
export const RUNS_LISTED_MAX = 200;

export class StudioData {
  readonly #source: StudioSource;
  readonly #graphs = new Map<string, { readonly topology: Topology; document: GraphDocument | undefined }>();

  constructor(source: StudioSource) {
    this.#source = source;
    for (const topology of source.graphs) this.#graphs.set(topologyHash(topology), { topology, document: undefined });
  }

  get source(): StudioSource {
    return this.#source;
  }

  /** @param host address of the host, as whoever asks reaches it */
  async index(live: boolean, host: string | null): Promise<IndexDocument> {
    const { document, whatIf, lineage, live: liveView, reports, values } = this.#source;
    const runs = await this.runs();
    return {
      format: INDEX_FORMAT,
      live,
      host,
      graphs: [...this.#graphs].map(([hash, { topology }]) => ({
        ...{ name: topology.graph.name, hash, owner: topology.graph.owner },
        ...{ nodes: topology.nodes.length, purpose: topology.graph.purpose },
      })),
      runs: runs.map(entryOf),
      documents: null,
      reports: [...((await reports?.list()) ?? [])],
      can: {
        documents: document !== undefined,
        whatIf: whatIf !== undefined,
        lineage: lineage !== undefined,
        live: liveView !== undefined,
        values: values !== undefined,
      },
    };
  }

  /** @throws GraphError TENON2051 */
  graph(hash: string): GraphDocument {
    const found = this.#graphs.get(hash);
    if (found === undefined) throw notThere(`graph "${hash}"`, "index.json lists the graphs");
    const { name } = found.topology.graph;
    const versions = this.#source.graphs.filter(({ graph }) => graph.name === name).slice(0, VERSIONS_TOGETHER_MAX);
    found.document ??= graphDocument(found.topology, { root: this.#source.root, versions });
    return found.document;
  }

  /** @throws GraphError TENON2051 */
  async run(requestId: string): Promise<RunDocument> {
    const run = await this.#source.run(requestId);
    if (run !== undefined) return run;
    throw noTrace(requestId);
  }

  /** @throws GraphError TENON2051 for an unknown run or node, TENON2052 where runs cannot be repeated */
  async values(requestId: string, node: string, adId?: number): Promise<NodeValues> {
    const { values } = this.#source;
    if (values === undefined) {
      throw studioError("cannotHere", {
        message: "this server has no values of slots",
        hint: "open the studio of the host that ran the request",
      });
    }
    const found = await values(requestId, node, adId);
    if (found !== undefined) return found;
    throw noTrace(requestId);
  }

  /** @throws GraphError TENON2051, TENON2052, TENON2057 */
  async report(id: string): Promise<Report> {
    const { reports } = this.#source;
    if (reports === undefined)
      throw studioError("cannotHere", { message: "this server has no reports", hint: "`tenon report` makes them" });
    const report = await reports.read(id);
    if (report !== undefined) return report;
    throw notThere(`report "${id}"`, "index.json lists the reports; `tenon report` makes one");
  }

  async runs(): Promise<readonly RunDocument[]> {
    const ids = this.#source.runIds().slice(0, RUNS_LISTED_MAX);
    const runs = await Promise.all(ids.map((id) => this.#source.run(id)));
    return runs.filter((run) => run !== undefined);
  }

  async cohort(hash: string) {
    return cohortDocument(this.graph(hash), await this.runs());
  }

  async ad(requestId: string, adId: number) {
    const run = await this.run(requestId);
    const found = adDocument(run, this.graph(run.graphHash), adId);
    const more = found.fate === "neverEntered" ? this.#source.whyNeverEntered?.(adId) : undefined;
    return more === undefined ? found : { ...found, sentence: more };
  }
}

function entryOf(run: RunDocument): RunEntry {
  const { requestId, graph, graphHash, failureCode, ads, shown } = run;
  return {
    ...{ requestId, graph, graphHash, failureCode },
    entered: ads.length,
    shown: shown.map(({ adId }) => adId),
    facts: runFacts(run),
  };
}

function noTrace(requestId: string) {
  return notThere(
    `a trace of request "${requestId}"`,
    "send the request with x-tenon-trace: 1, or set checkedShare higher; only the latest traces are kept",
  );
}

function notThere(what: string, hint: string) {
  return studioError("notThere", { message: `there is no ${what}`.replace("no a ", "no "), hint });
}
