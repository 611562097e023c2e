import { runAdGoldens } from "../../testing/ad-goldens.ts";
import { assembleLightFeatures } from "./assemble-light-features.ts";

runAdGoldens(assembleLightFeatures, import.meta.dirname);
