import { runAdGoldens } from "../../testing/ad-goldens.ts";
import { deriveRelevance } from "./derive-relevance.ts";

runAdGoldens(deriveRelevance, import.meta.dirname);
