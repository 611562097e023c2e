import { runAdGoldens } from "../../testing/ad-goldens.ts";
import { embeddingsOf } from "../../testing/resources.ts";
import { matchCategories } from "./match-categories.ts";

runAdGoldens(matchCategories, import.meta.dirname, { bind: { embeddings: embeddingsOf } });
