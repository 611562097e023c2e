import { runAdGoldens } from "../../testing/ad-goldens.ts";
import { buildResponse } from "./build-response.ts";

runAdGoldens(buildResponse, import.meta.dirname);
