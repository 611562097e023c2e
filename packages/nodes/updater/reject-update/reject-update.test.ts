import { runAdGoldens } from "../../testing/ad-goldens.ts";
import { rejectUpdate } from "./reject-update.ts";

runAdGoldens(rejectUpdate, import.meta.dirname);
