import { runAdGoldens } from "../../testing/ad-goldens.ts";
import { checkUpdate } from "./check-update.ts";

runAdGoldens(checkUpdate, import.meta.dirname);
