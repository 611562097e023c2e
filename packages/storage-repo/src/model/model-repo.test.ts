import { describe } from "vitest";
import { repoContract, SAMPLE_ENTITIES } from "../conformance/index.ts";
import { ModelRepo } from "./model-repo.ts";

describe("the repository in memory", () => {
  repoContract(async () => {
    const repo = new ModelRepo(SAMPLE_ENTITIES);
    return {
      repo,
      transaction: (work, options) => repo.transaction(work, options),
      feed: repo.feed,
      cursors: repo.cursors,
      close: async () => undefined,
    };
  });
});
