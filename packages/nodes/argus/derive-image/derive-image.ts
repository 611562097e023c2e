import type { AdSignals } from "@tenon/ads-model";
import { node, type ValueOf } from "@tenon/graph-core";
import type { CreativeImage } from "../image-rows.ts";
import { newestSourceAtMs } from "../shared/source-time.ts";
import { deriveImageContract } from "./derive-image.contract.ts";

export const deriveImage = node({
  ...deriveImageContract,
  run: ({ adWithCreative, creativeImage, workItem: { version } }) => {
    if (adWithCreative === null || adWithCreative.columns.creativeId === null) return { imageWrites: {} };
    const columns = { image: imageOf(creativeImage), imageSourceAtMs: newestSourceAtMs([creativeImage]) };
    const { key } = adWithCreative;
    return { imageWrites: { ad_document: { groups: { image: [{ key, version, columns }] } } } };
  },
});

/** Null for no picture, and while the picture that was seen is another one: signals come later than creatives. */
function imageOf(row: ValueOf<typeof CreativeImage>): AdSignals["image"] {
  const { imageUrl, seenImageUrl, width, height, signature, textShare, dominantColor } = row?.columns ?? {};
  if (!imageUrl || imageUrl !== seenImageUrl || !width || !height || !signature || !dominantColor) return null;
  return {
    ...{ url: imageUrl, width, height, aspectRatio: width / height },
    ...{ signature, textShare: textShare ?? 0, dominantColor },
  };
}
