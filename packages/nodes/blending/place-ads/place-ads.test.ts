import { runAdGoldens } from "../../testing/ad-goldens.ts";
import { placeAds } from "./place-ads.ts";

runAdGoldens(placeAds, import.meta.dirname);
