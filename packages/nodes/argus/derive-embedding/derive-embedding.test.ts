import { runAdGoldens } from "../../testing/ad-goldens.ts";
import { deriveEmbedding } from "./derive-embedding.ts";

runAdGoldens(deriveEmbedding, import.meta.dirname);
