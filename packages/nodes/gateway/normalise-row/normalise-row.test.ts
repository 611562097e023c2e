import { runAdGoldens } from "../../testing/ad-goldens.ts";
import { normaliseRow } from "./normalise-row.ts";

runAdGoldens(normaliseRow, import.meta.dirname);
