import { runAdGoldens } from "../../testing/ad-goldens.ts";
import { writeUpdate } from "./write-update.ts";

runAdGoldens(writeUpdate, import.meta.dirname);
