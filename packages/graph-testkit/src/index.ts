export { fromGolden, type Json, toGolden } from "./golden-json.ts";
export { runGoldens } from "./goldens.ts";
export { ManualClock } from "./manual-clock.ts";
export { withPoisonedGlobals } from "./poisoned-globals.ts";
export { type PromiseByHand, promiseByHand, settle } from "./promise-by-hand.ts";
export { runEvents } from "./run-events.ts";
export {
  type DroppedCandidate,
  type NodeOutputs,
  nodeContext,
  type RunNodeOptions,
  runNode,
  runPure,
} from "./run-node.ts";
export { type Chooser, chosen, everySchedule, Schedule, shuffled } from "./schedule.ts";
