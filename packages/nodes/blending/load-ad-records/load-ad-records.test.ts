import { runAdGoldens } from "../../testing/ad-goldens.ts";
import { adIndexOf } from "../../testing/resources.ts";
import { loadAdRecords } from "./load-ad-records.ts";

runAdGoldens(loadAdRecords, import.meta.dirname, { bind: { adIndex: adIndexOf } });
