import { runAdGoldens } from "../../testing/ad-goldens.ts";
import { pickWinners } from "./pick-winners.ts";

runAdGoldens(pickWinners, import.meta.dirname);
