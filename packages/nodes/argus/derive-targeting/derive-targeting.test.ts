import { runAdGoldens } from "../../testing/ad-goldens.ts";
import { deriveTargeting } from "./derive-targeting.ts";

runAdGoldens(deriveTargeting, import.meta.dirname);
