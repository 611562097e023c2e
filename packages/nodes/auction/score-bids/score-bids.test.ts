import { runAdGoldens } from "../../testing/ad-goldens.ts";
import { scoreBids } from "./score-bids.ts";

runAdGoldens(scoreBids, import.meta.dirname);
