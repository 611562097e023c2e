import { runAdGoldens } from "../../testing/ad-goldens.ts";
import { dropUnrecorded } from "./drop-unrecorded.ts";

runAdGoldens(dropUnrecorded, import.meta.dirname);
