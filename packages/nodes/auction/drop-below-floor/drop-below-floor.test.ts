import { runAdGoldens } from "../../testing/ad-goldens.ts";
import { dropBelowFloor } from "./drop-below-floor.ts";

runAdGoldens(dropBelowFloor, import.meta.dirname);
