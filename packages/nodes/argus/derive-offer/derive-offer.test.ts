import { runAdGoldens } from "../../testing/ad-goldens.ts";
import { deriveOffer } from "./derive-offer.ts";

runAdGoldens(deriveOffer, import.meta.dirname);
