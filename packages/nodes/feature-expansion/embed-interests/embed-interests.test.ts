import { runAdGoldens } from "../../testing/ad-goldens.ts";
import { embeddingsOf } from "../../testing/resources.ts";
import { embedInterests } from "./embed-interests.ts";

runAdGoldens(embedInterests, import.meta.dirname, { bind: { embeddings: embeddingsOf } });
