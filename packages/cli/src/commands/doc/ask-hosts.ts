import type { HostFacts } from "@tenon/indexer/operate";

/** Longest wait for a serving process, ms. */
const ANSWER_MAX_MS = 5_000;

interface Answer {
  readonly version: number | null;
  readonly appliedAtMs: number | null;
  readonly offset: number | null;
}

/** What each says of the ad; one that does not answer is told so. */
export function askHosts(urls: readonly string[], token: string | undefined) {
  return (adId: number): Promise<readonly HostFacts[]> => Promise.all(urls.map((url) => ask(url, adId, token)));
}

async function ask(url: string, adId: number, token: string | undefined): Promise<HostFacts> {
  const silent = (problem: string) => ({ url, version: undefined, appliedAtMs: null, offset: null, problem });
  try {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const reply = await fetch(`${url}/v1/index/ads/${adId}`, { headers, signal: AbortSignal.timeout(ANSWER_MAX_MS) });
    const body = (await reply.json()) as Partial<Answer> & { readonly title?: string };
    if (!reply.ok) return silent(body.title ?? `status ${reply.status}`);
    const { version = null, appliedAtMs = null, offset = null } = body;
    return { url, version, appliedAtMs, offset, problem: undefined };
  } catch (cause) {
    return silent(String((cause as Error).cause ?? (cause as Error).message));
  }
}
