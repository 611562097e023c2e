/** A log in memory whose time and faults a seed decides: for tests of what must hold whatever goes wrong. */
export type { SimulatedFaults } from "./faults.ts";
export { NO_FAULTS } from "./faults.ts";
export { SeededRandom } from "./seeded-random.ts";
export { SimulatedCluster, type SimulationOptions } from "./simulated-cluster.ts";
export { SimulatedLog } from "./simulated-log.ts";
export { VirtualClock, type VirtualClockOptions } from "./virtual-clock.ts";
