/** The repository in memory, for tests and simulations. */
export { ModelRepo, type ModelRepoOptions } from "./model-repo.ts";
