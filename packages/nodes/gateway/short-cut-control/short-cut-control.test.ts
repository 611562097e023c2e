import { runAdGoldens } from "../../testing/ad-goldens.ts";
import { shortCutControl } from "./short-cut-control.ts";

runAdGoldens(shortCutControl, import.meta.dirname);
