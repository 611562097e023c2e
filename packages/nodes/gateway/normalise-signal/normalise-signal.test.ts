import { runAdGoldens } from "../../testing/ad-goldens.ts";
import { normaliseSignal } from "./normalise-signal.ts";

runAdGoldens(normaliseSignal, import.meta.dirname);
