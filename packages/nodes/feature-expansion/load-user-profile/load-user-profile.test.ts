import { runNode } from "@tenon/graph-testkit";
import { expect, test } from "vitest";
import { runAdGoldens } from "../../testing/ad-goldens.ts";
import { userStoreOf } from "../../testing/resources.ts";
import { loadUserProfile } from "./load-user-profile.ts";

runAdGoldens(loadUserProfile, import.meta.dirname, { bind: { userStore: userStoreOf } });

test("the store gets the request's signal, so that an ended request stops the read", async () => {
  const { signal } = new AbortController();
  const given: AbortSignal[] = [];
  const userStore = {
    profile: async (_userId: string, each: AbortSignal) => {
      given.push(each);
      return null;
    },
  };
  await runNode(loadUserProfile, { consentedUser: { userId: "u1" } }, { uses: { userStore }, signal });
  expect(given).toEqual([signal]);
});

test("no identity, no read", async () => {
  const { userProfile } = await runNode(loadUserProfile, { consentedUser: { userId: null } });
  expect(userProfile).toBeNull();
});
