import { runAdGoldens } from "../../testing/ad-goldens.ts";
import { deriveCreative } from "./derive-creative.ts";

runAdGoldens(deriveCreative, import.meta.dirname);
