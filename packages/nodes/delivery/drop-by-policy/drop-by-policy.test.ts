import { runAdGoldens } from "../../testing/ad-goldens.ts";
import { dropByPolicy } from "./drop-by-policy.ts";

runAdGoldens(dropByPolicy, import.meta.dirname);
