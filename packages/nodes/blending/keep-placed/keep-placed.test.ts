import { runAdGoldens } from "../../testing/ad-goldens.ts";
import { keepPlaced } from "./keep-placed.ts";

runAdGoldens(keepPlaced, import.meta.dirname);
