/** What the HTTP surfaces of all hosts share. */
export { isLoopback, mayAdminister } from "./access.ts";
export { type Address, cannotListen, requireFree } from "./listening.ts";
export { PROBLEM_TYPE, type Problem, problemHeaders, problemOf, STATUS_BY_CATEGORY } from "./problem.ts";
export { Histogram, type MetricFamily, metricsTextOf, type Sample } from "./prometheus.ts";
