/** A probe as a workflow: scheduled, leased and recorded as every other. */
import { applyEdit, type EditChange, probeWrittenAtMs, putProbeAd, removeProbeAd } from "@tenon/ads-database";
import type { EventLog } from "@tenon/event-log/api";
import { type HostClock, systemClock } from "@tenon/graph-core";
import { ContentSignals, CreativeVectorRead, vectorOfBytes } from "@tenon/nodes";
import type { Database } from "@tenon/postgres";
import type { PostgresRepo } from "@tenon/storage-repo";
import { indexerError } from "../indexer-error.ts";
import type { Json, JsonRecord, RunContext, Workflow } from "../workflows/workflow.ts";
import { idOfProbe, type Probe } from "./probe.ts";
import { PROBE_STEPS, type ProbeResults, type ProbeStep } from "./probe-results.ts";

export interface ProbeWorkflowOptions {
  readonly adsDatabase: Pick<Database, "transaction">;
  readonly repo: Pick<PostgresRepo, "read">;
  readonly log: Pick<EventLog, "append">;
  readonly results: ProbeResults;
  /** Addresses of ad servers, `http://host:port`; each has to serve what the probe wrote. */
  readonly servers: readonly string[];
  /** Their admin token. */
  readonly token: string | null;
  readonly clock?: HostClock;
}

const LOOK_MS = 50;
const ASK_MS_MAX = 2_000;

/** What a server says of an ad: of a held one, when the newest change in its document was made at the source. */
interface Held {
  readonly version: number | null;
  readonly sourceAtMs: number | null;
}

export function probeWorkflow(probe: Probe, options: ProbeWorkflowOptions): Workflow {
  const { name, owner, purpose, schedule } = probe;
  return {
    ...{ name: `probe-${name}`, owner, purpose, schedule, options: {} },
    run: (context) => new ProbeRun(probe, options, context).run(),
  };
}

class ProbeRun {
  readonly #probe: Probe;
  readonly #options: ProbeWorkflowOptions;
  readonly #context: RunContext;
  readonly #clock: HostClock;
  readonly #id: number;

  constructor(probe: Probe, options: ProbeWorkflowOptions, context: RunContext) {
    this.#probe = probe;
    this.#options = options;
    this.#context = context;
    this.#clock = options.clock ?? systemClock;
    this.#id = idOfProbe(probe);
  }

  async run(): Promise<JsonRecord> {
    const { servers } = this.#options;
    if (servers.length === 0)
      throw indexerError("wrongProbe", `probe "${this.#probe.name}" has nobody to ask`, {
        owner: this.#probe.owner,
        detail: "no ad server is set",
        hint: "set probeServers to the addresses of ad servers",
      });
    const latencies: Record<string, Json> = {};
    try {
      for (const [at, step] of PROBE_STEPS.entries()) {
        latencies[step] = await this.#step(step);
        await this.#context.step({ done: at + 1, total: PROBE_STEPS.length });
      }
      return { latencyMs: latencies };
    } catch (error) {
      // Nothing of a probe stays behind, whatever it found. A dead process leaves one ad that nobody is shown.
      await this.#options.adsDatabase.transaction((tx) => removeProbeAd(tx, this.#id));
      throw error;
    }
  }

  /** Does the step, waits for every server, and keeps how it went. @throws GraphError TENON1694 */
  async #step(step: ProbeStep): Promise<Readonly<Record<string, number>>> {
    const isThere = await this.#write(step);
    const writtenMs = this.#clock.monotonicMs();
    const seen = await Promise.all(
      this.#options.servers.map(async (server) => {
        const latencyMs = await this.#servedAfter(server, isThere, writtenMs);
        await this.#options.results.add({
          ...{ probe: this.#probe.name, runId: this.#context.runId, step, server, latencyMs },
        });
        return { server, latencyMs };
      }),
    );
    const late = seen.filter(({ latencyMs }) => latencyMs === null);
    if (late.length > 0)
      throw this.#failed(
        step,
        late.map(({ server }) => server),
      );
    return Object.fromEntries(seen.map(({ server, latencyMs }) => [server, latencyMs as number]));
  }

  /** Resolves, once it is committed, with what a server that has it says. */
  async #write(step: ProbeStep): Promise<(held: Held) => boolean> {
    const { adsDatabase } = this.#options;
    if (step === "deleted") {
      await adsDatabase.transaction((tx) => removeProbeAd(tx, this.#id));
      return ({ version }) => version === null;
    }
    if (step === "changed" && this.#probe.change.kind === "reviewScore") {
      const observedAtMs = this.#clock.nowMs();
      await this.#observe(performanceOf(this.#id, this.#probe.change.reviewScore, observedAtMs));
      return since(observedAtMs);
    }
    if (step === "written") await this.#observe(await this.#embedding());
    const change = editOf(this.#probe, this.#id);
    const writtenAtMs = await adsDatabase.transaction(async (tx) => {
      if (step === "written") await putProbeAd(tx, this.#id, this.#probe.name);
      else if (change !== undefined) await applyEdit(tx, { atMs: this.#clock.nowMs(), change });
      return probeWrittenAtMs(tx, this.#id);
    });
    return since(writtenAtMs ?? 0);
  }

  /** Like that of a creative that is there: whatever space is served now. */
  async #embedding() {
    const { repo } = this.#options;
    const rows = await repo.read([CreativeVectorRead], (snapshot) =>
      snapshot.page(CreativeVectorRead, { rowsMax: CREATIVES_LOOKED_AT }),
    );
    const like = rows.find(({ columns }) => columns.embeddingSpace !== null && columns.vector !== null)?.columns;
    if (like === undefined)
      throw indexerError("probeFailed", `probe "${this.#probe.name}" found no vector to be like`, {
        ...{ owner: this.#probe.owner, detail: `none of ${rows.length} creatives has one` },
        hint: "an ad is served with a vector alone: fill the repository first",
      });
    const observedAtMs = this.#clock.nowMs();
    return {
      ...{ kind: "embedding", creativeId: this.#id, version: observedAtMs, observedAtMs: 0 },
      ...{
        space: like.embeddingSpace as string,
        vector: vectorOfBytes(like.vector as NonNullable<typeof like.vector>),
      },
    };
  }

  async #observe(signal: { readonly kind: string; readonly observedAtMs: number }): Promise<void> {
    const timeMs = this.#clock.nowMs();
    await this.#options.log.append([
      ContentSignals.record({ key: `${signal.kind}:${this.#id}`, timeMs, value: signal as never }),
    ]);
  }

  async #servedAfter(server: string, isThere: (held: Held) => boolean, fromMs: number): Promise<number | null> {
    const { signal } = this.#context;
    for (;;) {
      signal.throwIfAborted();
      const held = await this.#ask(server);
      const waitedMs = this.#clock.monotonicMs() - fromMs;
      if (held !== undefined && isThere(held)) return waitedMs;
      if (waitedMs >= this.#probe.deadlineMs) return null;
      await new Promise<void>((resolve) => this.#clock.after(LOOK_MS, resolve));
    }
  }

  /** A server that does not answer has not got it. */
  async #ask(server: string): Promise<Held | undefined> {
    const { token } = this.#options;
    try {
      const reply = await fetch(`${server}/v1/index/ads/${this.#id}`, {
        signal: AbortSignal.any([this.#context.signal, AbortSignal.timeout(ASK_MS_MAX)]),
        headers: token === null ? {} : { authorization: `Bearer ${token}` },
      });
      return reply.ok ? ((await reply.json()) as Held) : undefined;
    } catch {
      return undefined;
    }
  }

  #failed(step: ProbeStep, servers: readonly string[]) {
    const { name, owner, deadlineMs } = this.#probe;
    return indexerError("probeFailed", `probe "${name}": what it has ${step} was not served in time`, {
      ...{ owner, detail: `within ${deadlineMs} ms by ${servers.join(", ")}` },
      hint: "GET /v1/index of the server tells lag and problems; the metrics of the stages tell where it waits",
    });
  }
}

/** Creatives read to find a vector. */
const CREATIVES_LOOKED_AT = 20;

function since(writtenAtMs: number): (held: Held) => boolean {
  return ({ version, sourceAtMs }) => version !== null && sourceAtMs !== null && sourceAtMs >= writtenAtMs;
}

function editOf({ change }: Probe, id: number): EditChange | undefined {
  switch (change.kind) {
    case "bid":
      return { kind: "setBids", bids: [{ adGroupId: id, bidAmountMicros: change.bidAmountMicros }] };
    case "text":
      return { kind: "setText", creativeId: id, title: change.title, body: change.body };
    case "targeting": {
      const predicate = { attribute: "country", operator: "in", values: [change.country] } as const;
      return {
        ...{ kind: "setTargeting", adGroupId: id },
        expression: { whenMissing: "weak", conjunctions: [[predicate]] } as never,
      };
    }
    case "reviewScore":
      return undefined;
  }
}

function performanceOf(adId: number, reviewScore: number, observedAtMs: number) {
  return {
    ...{ kind: "performance", adId, version: observedAtMs, observedAtMs, reviewScore, spend7dMicros: 0 },
    ...{ impressions7d: 0, clicks7d: 0, impressions30d: 0, clicks30d: 0, conversions30d: 0, hides30d: 0 },
  };
}
