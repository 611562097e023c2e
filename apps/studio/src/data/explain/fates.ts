/** What became of every candidate of a run, by id: `shown`, `kept`, or the reason it was dropped for. */
import type { RunDocument } from "../run-document.ts";

export function fatesOf({
  ads,
  stages,
  shown,
}: Pick<RunDocument, "ads" | "stages" | "shown">): ReadonlyMap<number, string> {
  const fates = new Map(ads.map((adId) => [adId, "kept"]));
  for (const { drops } of stages) {
    for (const { ad, reason } of drops) {
      const adId = ads[ad] as number;
      if (fates.get(adId) === "kept") fates.set(adId, reason);
    }
  }
  for (const { adId } of shown) fates.set(adId, "shown");
  return fates;
}
