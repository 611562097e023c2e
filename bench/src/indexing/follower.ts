/** What an ad server does with deltas and control messages, and when each edit that is waited for was applied. */
import type { AdIndexHost } from "@tenon/ad-index";
import { buildBase, openIndex } from "@tenon/ad-index";
import { adId, type CampaignId } from "@tenon/ads-model";
import type { EventLog, LogRecord } from "@tenon/event-log/api";
import { EMBEDDING_DIMENSIONS, type Marketplace } from "@tenon/marketplace";
import { IndexDeltas, ServingControl } from "@tenon/nodes";

const PULL = { recordsMax: 2_000, bytesMax: 8 * 2 ** 20, waitMs: 200 };

interface Awaited {
  readonly value: number;
  readonly committedMs: number;
}

export class Follower {
  readonly index: AdIndexHost;
  /** From the commit at the source to the index, per document, ms. */
  readonly deltaMs: number[] = [];
  /** From the commit at the source to a control message that was read, ms. */
  readonly controlMs: number[] = [];
  deltas = 0;
  /** Deltas so far after each pull that brought some, and when: since it was last emptied. */
  readonly pulls: { readonly deltas: number; readonly atMs: number }[] = [];
  readonly #log: EventLog;
  /** Bids by ad, caps by campaign, in the order of commits, each value once: one that is found says that those before it are there or replaced. */
  readonly #bids = new Map<number, Awaited[]>();
  readonly #caps = new Map<number, Awaited[]>();
  #ended = false;
  #running: Promise<unknown> = Promise.resolve();

  constructor(log: EventLog, { documents, embeddings }: Marketplace) {
    this.#log = log;
    const version = documents[0]?.embedding.version as string;
    const matrix = { version, dimensions: EMBEDDING_DIMENSIONS, rows: embeddings };
    const first = documents.map((document) => ({ ...document, version: 1 }));
    this.index = openIndex(buildBase(first, { embeddings: matrix, name: "first" }));
  }

  /** Follows both topics from their ends. */
  async start(): Promise<void> {
    const ends = await Promise.all([IndexDeltas, ServingControl].map((topic) => this.#log.offsets(topic.name)));
    const from = ends.map(([partition]) => partition?.end ?? 0) as [number, number];
    this.#running = Promise.all([
      this.#follow(IndexDeltas.name, from[0], (records) => this.#takeDeltas(records)),
      this.#follow(ServingControl.name, from[1], (records) => this.#takeControls(records)),
    ]);
  }

  async stop(): Promise<void> {
    this.#ended = true;
    await this.#running;
  }

  awaitBid(ads: readonly number[], value: number, committedMs: number): void {
    for (const ad of ads) pushTo(this.#bids, ad, { value, committedMs });
  }

  awaitCap(campaignId: number, value: number, committedMs: number): void {
    pushTo(this.#caps, campaignId, { value, committedMs });
  }

  get waiting(): number {
    return [...this.#bids.values(), ...this.#caps.values()].reduce((sum, each) => sum + each.length, 0);
  }

  /** What has not come counts as if it came now: its real figure is higher. */
  giveUp(): void {
    const nowMs = performance.now();
    for (const list of this.#bids.values())
      for (const { committedMs } of list.splice(0)) this.deltaMs.push(nowMs - committedMs);
    for (const list of this.#caps.values())
      for (const { committedMs } of list.splice(0)) this.controlMs.push(nowMs - committedMs);
  }

  async #follow(topic: string, fromOffset: number, take: (records: readonly LogRecord[]) => void): Promise<void> {
    const reader = await this.#log.read({ topic, partition: 0, fromOffset });
    while (!this.#ended) {
      const records = await reader.pull(PULL);
      if (records.length > 0) take(records);
    }
    await reader.close();
  }

  #takeDeltas(records: readonly LogRecord[]): void {
    const upserts = [];
    const deletes = [];
    for (const record of records) {
      const decoded = IndexDeltas.decode(record);
      if (!("value" in decoded)) throw new Error("a delta that cannot be read");
      const { value } = decoded;
      if (value.kind === "delete") deletes.push({ adId: adId(value.adId), version: value.version });
      else upserts.push({ document: value.document.ad, ...(value.vector !== null && { vector: value.vector }) });
    }
    const { rejected } = this.index.apply({ upserts: upserts as never, deletes });
    if (rejected.length > 0) throw new Error(`the index rejects ad ${rejected[0]?.adId}`);
    this.deltas += records.length;
    const nowMs = performance.now();
    this.pulls.push({ deltas: this.deltas, atMs: nowMs });
    for (const { document } of upserts) {
      const { bid } = document;
      settle(this.#bids, document.adId, "bidMicros" in bid ? bid.bidMicros : bid.cpmMicros, nowMs, this.deltaMs);
    }
  }

  #takeControls(records: readonly LogRecord[]): void {
    const blocked: CampaignId[] = [];
    const nowMs = performance.now();
    for (const record of records) {
      const decoded = ServingControl.decode(record);
      if (!("value" in decoded)) throw new Error("a control message that cannot be read");
      const { value } = decoded;
      if (value.kind === "budget") settle(this.#caps, value.campaignId, value.lifetimeCapMicros, nowMs, this.controlMs);
      else if (value.status !== "active") blocked.push(value.campaignId as CampaignId);
    }
  }
}

function pushTo(map: Map<number, Awaited[]>, key: number, awaited: Awaited): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [awaited]);
  else list.push(awaited);
}

function settle(map: Map<number, Awaited[]>, key: number, found: number, nowMs: number, into: number[]): void {
  const list = map.get(key) ?? [];
  const at = list.findIndex(({ value }) => value === found);
  for (const { committedMs } of list.splice(0, at + 1)) into.push(nowMs - committedMs);
}
