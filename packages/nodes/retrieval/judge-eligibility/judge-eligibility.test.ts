import { runAdGoldens } from "../../testing/ad-goldens.ts";
import { adIndexOf } from "../../testing/resources.ts";
import { judgeEligibility } from "./judge-eligibility.ts";

runAdGoldens(judgeEligibility, import.meta.dirname, { bind: { adIndex: adIndexOf } });
