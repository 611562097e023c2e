import { runAdGoldens } from "../../testing/ad-goldens.ts";
import { assembleFeatures } from "./assemble-features.ts";

runAdGoldens(assembleFeatures, import.meta.dirname);
