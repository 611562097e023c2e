/** Landing pages, asked of a service that looks at them, behind a cache. */

import { LandingSignalsSchema } from "@tenon/ads-model";
import { type HostClock, systemClock } from "@tenon/graph-core";
import type { LandingPage, LandingPages } from "@tenon/nodes";
import { CachedLookup, type LookupCounts } from "./cached-lookup.ts";

export interface LandingPagesSettings {
  /** `GET <url>?page=<address>` answers with what was found, 404 when nobody has looked. Null: there is no service. */
  readonly serviceUrl: string | null;
}

const HOUR_MS = 3_600_000;
/** About 0.3 kB each. */
const ENTRIES_MAX = 100_000;
const TTL_MS = 6 * HOUR_MS;
const UNKNOWN_TTL_MS = HOUR_MS / 4;
const FAILURE_TTL_MS = 1_000;
const TIMEOUT_MS = 1_500;
const ASKS_MAX = 32;
const WAITING_MAX = 5_000;
/** A page's facts are some dozens of bytes; anything long is no answer. */
const ANSWER_CHARACTERS_MAX = 4_096;

const UNKNOWN: LandingPage = { state: "unknown", httpStatus: null, loadMs: null, checkedAtMs: null };

export class CachedLandingPages implements LandingPages {
  readonly #lookup: CachedLookup<LandingPage> | undefined;

  constructor({ serviceUrl }: LandingPagesSettings, clock: HostClock = systemClock) {
    if (serviceUrl === null) return;
    this.#lookup = new CachedLookup({
      ...{ name: "landing pages", clock, entriesMax: ENTRIES_MAX, timeoutMs: TIMEOUT_MS, asksMax: ASKS_MAX },
      ...{ ttlMs: TTL_MS, unknownTtlMs: UNKNOWN_TTL_MS, failureTtlMs: FAILURE_TTL_MS, waitingMax: WAITING_MAX },
      fetch: (page, signal) => askService(serviceUrl, page, signal),
    });
  }

  get counts(): LookupCounts | undefined {
    return this.#lookup?.counts;
  }

  async check(url: string, signal: AbortSignal): Promise<LandingPage> {
    return (await this.#lookup?.get(url, signal)) ?? UNKNOWN;
  }
}

async function askService(serviceUrl: string, page: string, signal: AbortSignal): Promise<LandingPage | undefined> {
  const asked = new URL(serviceUrl);
  asked.searchParams.set("page", page);
  const reply = await fetch(asked, { signal, headers: { accept: "application/json" } });
  if (reply.status === 404) return undefined;
  if (!reply.ok) throw new Error(`the service answered ${reply.status}`);
  const text = await reply.text();
  if (text.length > ANSWER_CHARACTERS_MAX) throw new Error(`the service answered ${text.length} characters`);
  return LandingSignalsSchema.parse(JSON.parse(text));
}
