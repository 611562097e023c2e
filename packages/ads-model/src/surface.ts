import { z } from "zod";

/** Where ads are shown: the home feed, search results, and the feed below an opened item. */
export const SURFACES = ["homeFeed", "search", "related"] as const;
export type Surface = (typeof SURFACES)[number];
export const SurfaceSchema = z.enum(SURFACES);
