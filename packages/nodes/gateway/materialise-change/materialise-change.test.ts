import { runAdGoldens } from "../../testing/ad-goldens.ts";
import { materialiseChange } from "./materialise-change.ts";

runAdGoldens(materialiseChange, import.meta.dirname, {
  bind: { adsDatabase: (state: object) => ({ row: async () => state }) },
});
