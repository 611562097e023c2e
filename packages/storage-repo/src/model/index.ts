/** The repository in memory, for tests and simulations. */
export { ModelRepo, type ModelRepoOptions, type ModelTransactionOptions } from "./model-repo.ts";
export type { ModelTransaction } from "./model-transaction.ts";
