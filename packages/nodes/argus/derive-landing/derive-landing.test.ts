import { runAdGoldens } from "../../testing/ad-goldens.ts";
import { deriveLanding } from "./derive-landing.ts";

runAdGoldens(deriveLanding, import.meta.dirname);
