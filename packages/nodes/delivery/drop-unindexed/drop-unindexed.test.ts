import { runAdGoldens } from "../../testing/ad-goldens.ts";
import { dropUnindexed } from "./drop-unindexed.ts";

runAdGoldens(dropUnindexed, import.meta.dirname);
