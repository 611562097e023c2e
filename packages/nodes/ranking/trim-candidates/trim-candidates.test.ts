import { runAdGoldens } from "../../testing/ad-goldens.ts";
import { trimCandidates } from "./trim-candidates.ts";

runAdGoldens(trimCandidates, import.meta.dirname);
