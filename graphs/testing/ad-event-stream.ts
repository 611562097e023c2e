/** Ad events with repeats, and what the tasks must make of them: recomputed by plain loops. */
import type { LogRecord, NewRecord } from "@tenon/event-log/api";
import { SeededRandom } from "@tenon/event-log/simulation";
import { type AdEventSchema, AdEvents } from "@tenon/nodes";
import type { z } from "zod";

type AdEvent = z.infer<typeof AdEventSchema>;

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const FROM_MS = 1_700_000_000_000 - (1_700_000_000_000 % HOUR_MS);
const USERS = 40;
const ADS = 25;
const CLOSING_MS = FROM_MS + 5 * HOUR_MS;

/** Events of an hour; every tenth comes two or three times. */
export function adEvents(count: number, seed: number): readonly NewRecord[] {
  const random = new SeededRandom(seed);
  const records: NewRecord[] = [];
  for (let index = 0; index < count; index++) {
    const adId = 1 + random.upTo(ADS - 1);
    const action = (["insertion", "impression", "click"] as const)[random.upTo(2)] ?? "click";
    const surface = (["homeFeed", "search", "related"] as const)[random.upTo(2)] ?? "search";
    const chargedMicros = action === "click" ? 1_000 + random.upTo(500) : 0;
    const value = { eventId: `e${index}`, adId, campaignId: 1 + (adId % 5), action, surface, chargedMicros };
    const timeMs = FROM_MS + Math.floor((index * HOUR_MS) / count);
    const key = `user-${random.upTo(USERS)}`;
    const record = AdEvents.record({ key, timeMs, value: value as AdEvent });
    const times = random.chance(0.1) ? 2 + random.upTo(1) : 1;
    for (let time = 0; time < times; time++) records.push(record);
  }
  return records;
}

/** One event per ad, hours later: it closes the windows of all others. */
export function closingEvents(): readonly NewRecord[] {
  return Array.from({ length: ADS }, (_, index) => {
    const adId = index + 1;
    const fields = { action: "insertion", surface: "search", chargedMicros: 0 };
    const value = { eventId: `last-${adId}`, adId, campaignId: 1, ...fields } as unknown as AdEvent;
    return AdEvents.record({ key: "closing", timeMs: CLOSING_MS, value });
  });
}

/** Result rows as text: `ad size start events impressions clicks spend top-surfaces`, in order. */
export function expectedResults(input: readonly NewRecord[]): readonly string[] {
  const seen = new Set<string>();
  const rows = new Map<
    string,
    { events: number; impressions: number; clicks: number; spend: number; surfaces: Map<string, number> }
  >();
  for (const { value, timeMs } of input) {
    const event = JSON.parse(new TextDecoder().decode(value)) as AdEvent;
    if (seen.has(event.eventId)) continue;
    seen.add(event.eventId);
    for (const sizeMs of [MINUTE_MS, HOUR_MS]) {
      const name = `${event.adId} ${sizeMs} ${timeMs - (timeMs % sizeMs)}`;
      const row = rows.get(name) ?? { events: 0, impressions: 0, clicks: 0, spend: 0, surfaces: new Map() };
      rows.set(name, row);
      row.events++;
      if (event.action === "impression") row.impressions++;
      if (event.action === "click") row.clicks++;
      row.spend += event.chargedMicros;
      row.surfaces.set(event.surface, (row.surfaces.get(event.surface) ?? 0) + event.chargedMicros);
    }
  }
  return [...rows]
    .map(([name, { events, impressions, clicks, spend, surfaces }]) => {
      const top = [...surfaces].sort(([one, a], [other, b]) => b - a || (one < other ? -1 : 1)).slice(0, 3);
      return `${name} ${events} ${impressions} ${clicks} ${spend} ${JSON.stringify(top.map(([value, sum]) => ({ value, sum })))}`;
    })
    .sort();
}

/** The results topic in the same form; a result that came twice is told by its id. */
export function foundResults(records: readonly LogRecord[]): readonly string[] {
  const byId = new Map(records.map((record) => [record.headers["tenon-id"], record]));
  return [...byId.values()]
    .map((record) => JSON.parse(new TextDecoder().decode(record.value)))
    .filter(({ startMs }) => startMs < CLOSING_MS - HOUR_MS)
    .map(({ key, sizeMs, startMs, revision, values: { events, impressions, clicks, spendMicros, topSurfaces } }) => {
      if (revision !== 0) throw new Error(`result ${key}/${sizeMs}/${startMs} came as revision ${revision}`);
      return `${key} ${sizeMs} ${startMs} ${events} ${impressions} ${clicks} ${spendMicros} ${JSON.stringify(topSurfaces)}`;
    })
    .sort();
}
