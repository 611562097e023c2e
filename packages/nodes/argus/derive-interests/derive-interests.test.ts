import { runAdGoldens } from "../../testing/ad-goldens.ts";
import { deriveInterests } from "./derive-interests.ts";

runAdGoldens(deriveInterests, import.meta.dirname);
