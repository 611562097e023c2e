import { expect, test } from "vitest";
import { runAdGoldens } from "../../testing/ad-goldens.ts";
import { executorOf } from "../../testing/run-in-graph.ts";
import type { LandingPage } from "../resources.ts";
import { checkLandingPage } from "./check-landing-page.ts";

runAdGoldens(checkLandingPage, import.meta.dirname, {
  bind: { landingPages: (page: LandingPage) => ({ check: async () => page }) },
});

test("when nobody can look, the page is unknown, and the ad goes on", async () => {
  const landingPages = { check: () => Promise.reject(new Error("out of order")) };
  const executor = executorOf(checkLandingPage, { landingPages });
  const landingUrl = "https://brands.example/tea";
  const creativeLanding = { key: 9, versions: { settings: 8n }, columns: { landingUrl, settingsSourceAtMs: 60 } };
  const context = executor.begin({ requestId: "one", nowMs: 0 });
  expect(await executor.execute({ creativeLanding }, context)).toEqual({
    landingPageFound: { state: "unknown", httpStatus: null, loadMs: null, checkedAtMs: null },
  });
});
