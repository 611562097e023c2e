import { runAdGoldens } from "../../testing/ad-goldens.ts";
import { dedupeAdvertisers } from "./dedupe-advertisers.ts";

runAdGoldens(dedupeAdvertisers, import.meta.dirname);
