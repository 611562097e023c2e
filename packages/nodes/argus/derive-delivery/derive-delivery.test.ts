import { runAdGoldens } from "../../testing/ad-goldens.ts";
import { deriveDelivery } from "./derive-delivery.ts";

runAdGoldens(deriveDelivery, import.meta.dirname);
