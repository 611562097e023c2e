import { runAdGoldens } from "../../testing/ad-goldens.ts";
import { expandContext } from "./expand-context.ts";

runAdGoldens(expandContext, import.meta.dirname);
