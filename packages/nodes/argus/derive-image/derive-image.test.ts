import { runAdGoldens } from "../../testing/ad-goldens.ts";
import { deriveImage } from "./derive-image.ts";

runAdGoldens(deriveImage, import.meta.dirname);
