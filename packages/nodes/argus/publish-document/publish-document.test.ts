import { runAdGoldens } from "../../testing/ad-goldens.ts";
import { publishDocument } from "./publish-document.ts";

runAdGoldens(publishDocument, import.meta.dirname);
