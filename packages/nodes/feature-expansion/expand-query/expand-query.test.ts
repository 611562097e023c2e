import { runAdGoldens } from "../../testing/ad-goldens.ts";
import { embeddingsOf } from "../../testing/resources.ts";
import { expandQuery } from "./expand-query.ts";

runAdGoldens(expandQuery, import.meta.dirname, { bind: { embeddings: embeddingsOf } });
