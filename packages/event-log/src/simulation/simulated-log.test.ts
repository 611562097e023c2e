import type { LogUnderTest } from "../conformance/index.ts";
import { eventLogContract } from "../conformance/index.ts";
import type { SimulatedFaults } from "./faults.ts";
import { SimulatedCluster } from "./simulated-cluster.ts";
import type { SimulatedLog } from "./simulated-log.ts";
import { VirtualClock } from "./virtual-clock.ts";

function start(faults: Partial<SimulatedFaults>): () => Promise<LogUnderTest> {
  return async () => {
    const clock = new VirtualClock();
    const cluster = new SimulatedCluster({ seed: 1, clock, faults });
    return {
      open: async () => cluster.open(),
      pass: (ms) => clock.runFor(ms),
      takeAway: async (log, member) => (log as SimulatedLog).takeAway(member),
      crash: async () => cluster.crash(),
      held: () => ({ records: 0, bytes: 0 }),
      settleMs: 100,
      close: async () => {},
    };
  };
}

eventLogContract("simulation", start({}));
eventLogContract(
  "simulation with delays, gaps and short pulls",
  start({ appendDelayMsMax: 40, gap: 0.2, shortPull: 0.3 }),
);
