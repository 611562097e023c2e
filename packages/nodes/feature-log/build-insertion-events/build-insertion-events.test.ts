import { runAdGoldens } from "../../testing/ad-goldens.ts";
import { buildInsertionEvents } from "./build-insertion-events.ts";

runAdGoldens(buildInsertionEvents, import.meta.dirname);
