import { runAdGoldens } from "../../testing/ad-goldens.ts";
import { dropInactive } from "./drop-inactive.ts";

runAdGoldens(dropInactive, import.meta.dirname);
