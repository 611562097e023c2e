import { runAdGoldens } from "../../testing/ad-goldens.ts";
import { dropStaleContent } from "./drop-stale-content.ts";

runAdGoldens(dropStaleContent, import.meta.dirname);
