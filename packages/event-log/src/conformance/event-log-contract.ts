/**
 * What every binding of the log must do, as tests. A binding's own test file calls `eventLogContract(name, start)`; a binding
 * or client that fails a case is not offered.
 */
import { afterAll, beforeAll, describe } from "vitest";
import { groupContract } from "./group-contract.ts";
import { readingContract } from "./reading-contract.ts";
import { recordContract } from "./record-contract.ts";
import { suiteOf } from "./support.ts";
import { topicContract } from "./topic-contract.ts";
import { troubleContract } from "./trouble-contract.ts";
import type { ContractOptions, LogUnderTest } from "./under-test.ts";

const START_MS_MAX = 60_000;

/** Declares the contract's tests. The servers are started once, before the first. */
export function eventLogContract(
  name: string,
  start: () => Promise<LogUnderTest>,
  { missing, startMsMax = START_MS_MAX }: ContractOptions = {},
): void {
  describe(name, () => {
    let started: LogUnderTest | undefined;
    beforeAll(async () => {
      if (missing === undefined) started = await start();
    }, startMsMax);
    afterAll(async () => {
      await started?.close();
    }, startMsMax);
    const suite = suiteOf(() => started as LogUnderTest, missing);
    describe("topics", () => topicContract(suite));
    describe("records", () => recordContract(suite));
    describe("reading", () => readingContract(suite));
    describe("groups", () => groupContract(suite));
    describe("trouble", () => troubleContract(suite));
  });
}
