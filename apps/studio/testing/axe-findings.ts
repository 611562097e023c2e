import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright-core";

/** Places shown of one rule. */
const PLACES_MAX = 3;

/** What axe finds wrong on the page, as `rule: places`; each test wants none. */
export async function axeFindings(page: Page): Promise<readonly string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const places = (nodes: (typeof violations)[number]["nodes"]) => nodes.map(({ target }) => target.join(" "));
  return violations.map(({ id, nodes }) => `${id}: ${places(nodes).slice(0, PLACES_MAX).join(", ")}`);
}
