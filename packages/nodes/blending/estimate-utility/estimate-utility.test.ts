import { runAdGoldens } from "../../testing/ad-goldens.ts";
import { estimateUtility } from "./estimate-utility.ts";

runAdGoldens(estimateUtility, import.meta.dirname);
