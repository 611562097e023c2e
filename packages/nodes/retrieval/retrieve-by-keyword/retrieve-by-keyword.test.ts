import { runAdGoldens } from "../../testing/ad-goldens.ts";
import { adIndexOf } from "../../testing/resources.ts";
import { retrieveByKeyword } from "./retrieve-by-keyword.ts";

runAdGoldens(retrieveByKeyword, import.meta.dirname, { bind: { adIndex: adIndexOf } });
