import { runAdGoldens } from "../../testing/ad-goldens.ts";
import { adIndexOf } from "../../testing/resources.ts";
import { attachForwardColumns } from "./attach-forward-columns.ts";

runAdGoldens(attachForwardColumns, import.meta.dirname, { bind: { adIndex: adIndexOf } });
