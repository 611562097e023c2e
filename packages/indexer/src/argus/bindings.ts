import { bind, type HostClock, systemClock } from "@tenon/graph-core";
import { LandingPagesResource } from "@tenon/nodes";
import { CachedLandingPages, type LandingPagesSettings } from "../enrichment/landing-pages.ts";

/** What handlers need besides the repository. Plain data: threads get it, too. */
export interface ArgusSettings {
  readonly landingPages: LandingPagesSettings;
}

/** Binds every resource of the handlers. */
export function argusBindings(settings: ArgusSettings, clock: HostClock = systemClock) {
  const landingPages = new CachedLandingPages(settings.landingPages, clock);
  return { landingPages: bind(LandingPagesResource, { value: landingPages }) };
}
