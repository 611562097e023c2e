import { runAdGoldens } from "../../testing/ad-goldens.ts";
import { derivePerformance } from "./derive-performance.ts";

runAdGoldens(derivePerformance, import.meta.dirname);
