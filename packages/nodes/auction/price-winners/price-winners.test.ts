import { runAdGoldens } from "../../testing/ad-goldens.ts";
import { priceWinners } from "./price-winners.ts";

runAdGoldens(priceWinners, import.meta.dirname);
