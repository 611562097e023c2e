/** A host over a small part of the marketplace, with stores that a test can hold back and a clock that it moves. */
import type { AdRequest } from "@tenon/ads-model";
import { bind } from "@tenon/graph-core";
import { ManualClock } from "@tenon/graph-testkit";
import { MARKETPLACE_NOW_MS } from "@tenon/marketplace";
import { type UserStore, UserStoreResource } from "@tenon/nodes";
import {
  type HostOverrides,
  type OpenMarketplace,
  openMarketplace,
  type RunningAdMixer,
  readConfig,
  type Settings,
  startAdMixer,
} from "../src/index.ts";
import { scratchFolder } from "./scratch-folder.ts";
import { standInModels } from "./stand-in-models.ts";

export const NOW_MS = MARKETPLACE_NOW_MS;
const SEED = 7;
const ADS_MAX = 2_000;
const USERS = 200;

/** A marketplace whose user store can be replaced. */
export function smallMarketplace({
  profile,
  nowMs = () => NOW_MS,
}: {
  readonly profile?: UserStore["profile"];
  readonly nowMs?: () => number;
} = {}): OpenMarketplace {
  const opened = openMarketplace({ seed: SEED, adsMax: ADS_MAX, usersCount: USERS, pseudonymKey: "test key", nowMs });
  if (profile === undefined) return opened;
  return {
    ...opened,
    bindings: (models, policies) => ({
      ...opened.bindings(models, policies),
      userStore: bind(UserStoreResource, { value: { profile } }),
    }),
  };
}

/** A JSON answer, to be looked into. */
// biome-ignore lint/suspicious/noExplicitAny: a test says itself what it expects of an answer
type Answered = Record<string, any>;

export interface TestHost extends RunningAdMixer {
  readonly clock: ManualClock;
  readonly logFolder: string;
  readonly post: (
    body: unknown,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<{ status: number; headers: Headers; json: Answered }>;
  readonly get: (
    path: string,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<{ status: number; headers: Headers; text: string }>;
  /** Stops the host and removes its files. */
  readonly end: () => Promise<void>;
}

export async function startTestHost(
  settings: Partial<Settings> = {},
  overrides: HostOverrides = {},
): Promise<TestHost> {
  const { folder, remove } = scratchFolder();
  const clock = new ManualClock(NOW_MS);
  const { adminToken, experiments, indexLog, ...flags } = {
    warmUpRequests: 0,
    logLevel: "silent",
    ...settings,
  } as Partial<Settings>;
  const environment = typeof indexLog === "string" ? { TENON_INDEX_LOG: indexLog } : {};
  const config = readConfig({ folder, environment, flags: { port: 0, ...flags } });
  const all = {
    ...config,
    settings: {
      ...config.settings,
      ...(adminToken !== undefined && { adminToken }),
      ...(experiments !== undefined && { experiments }),
    },
  };
  const running = await startAdMixer(all, { models: standInModels(), clock, ...overrides });
  return {
    ...running,
    clock,
    logFolder: config.settings.logFolder as string,
    post: async (body, headers = {}) => {
      const response = await fetch(`${running.url}/v1/ads`, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: typeof body === "string" ? body : JSON.stringify(body),
      });
      return {
        status: response.status,
        headers: response.headers,
        json: (await response.json()) as Record<string, unknown>,
      };
    },
    get: async (path, headers = {}) => {
      const response = await fetch(running.url + path, { headers });
      return { status: response.status, headers: response.headers, text: await response.text() };
    },
    end: async () => {
      await running.stop();
      remove();
    },
  };
}

/** A request of a known user who lets us personalise. */
export function personalRequest(host: RunningAdMixer): AdRequest {
  for (let row = 0; row < 100; row++) {
    const request = host.sampleRequest(row);
    if (request.userId !== undefined && request.consent.personalisation && request.surface === "homeFeed")
      return request;
  }
  throw new Error("no sample request is personal");
}
