/** Small helpers of the contract's tests. */
import { expect, onTestFinished, type TestContext, test } from "vitest";
import type { EventLog, LogReader, LogRecord, NewRecord, PullOptions } from "../api/event-log.ts";
import type { AnyTopic } from "../api/topic.ts";
import type { LogUnderTest } from "./under-test.ts";

/** Starts what is needed once per suite. */
export interface Suite {
  readonly under: () => LogUnderTest;
  /** A test that is skipped, with the reason, where the binding cannot be tested. */
  readonly it: (name: string, body: (bench: Bench) => Promise<void>, timeoutMs?: number) => void;
}

/** Steps in which time passes while a test waits, ms; and how many it waits at most. */
const STEP_MS = 10;
const STEPS_MAX = 3_000;

let topics = 0;

/** What one test works with: connections that end with it, and names that nobody else uses. */
export class Bench {
  readonly under: LogUnderTest;
  #log: EventLog | undefined;

  constructor(under: LogUnderTest) {
    this.under = under;
  }

  /** The test's first connection. */
  async log(): Promise<EventLog> {
    this.#log ??= await this.open();
    return this.#log;
  }

  /** A connection of its own. */
  async open(): Promise<EventLog> {
    const log = await this.under.open();
    onTestFinished(async () => {
      await this.drive(log.close());
    });
    return log;
  }

  async topic(partitions = 1): Promise<AnyTopic> {
    const topic = { name: this.name("topic"), partitions, retentionMs: 3_600_000 };
    const log = await this.log();
    await this.drive(log.createTopics([topic]));
    return topic;
  }

  name(what: string): string {
    topics++;
    return `${what}-${process.pid.toString(36)}-${Date.now().toString(36)}-${topics}`;
  }

  /** Awaits something while time passes. */
  async drive<Value>(promise: Promise<Value>): Promise<Value> {
    let settled = false;
    const mark = (): void => {
      settled = true;
    };
    promise.then(mark, mark);
    for (let step = 0; !settled; step++) {
      if (step > STEPS_MAX) throw new Error("the log did not answer");
      await this.under.pass(step < 20 ? 1 : STEP_MS);
    }
    return promise;
  }

  /** Waits until something is true, while time passes. */
  async until(what: string, holds: () => boolean): Promise<void> {
    for (let step = 0; !holds(); step++) {
      if (step > STEPS_MAX) throw new Error(`not within ${STEPS_MAX * STEP_MS} ms: ${what}`);
      await this.under.pass(STEP_MS);
    }
  }

  async append(log: EventLog, records: readonly NewRecord[]): ReturnType<EventLog["append"]> {
    return this.drive(log.append(records));
  }

  async reader(
    topic: AnyTopic,
    { partition = 0, fromOffset = 0, log = undefined as EventLog | undefined } = {},
  ): Promise<LogReader> {
    const reader = await this.drive((log ?? (await this.log())).read({ topic: topic.name, partition, fromOffset }));
    onTestFinished(async () => {
      await this.drive(reader.close());
    });
    return reader;
  }

  /** Pulls until so many records came. */
  async pullAll(
    reader: Pick<LogReader, "pull">,
    count: number,
    options: Partial<PullOptions> = {},
  ): Promise<readonly LogRecord[]> {
    const records: LogRecord[] = [];
    for (let pulls = 0; records.length < count; pulls++) {
      if (pulls > STEPS_MAX) throw new Error(`${records.length} records instead of ${count}`);
      records.push(...(await this.drive(reader.pull({ ...PULL, waitMs: 500, ...options }))));
    }
    return records;
  }
}

export const PULL: PullOptions = { recordsMax: 1_000, bytesMax: 4_000_000, waitMs: 0 };

export function newRecord(topic: AnyTopic, change: Partial<NewRecord> & { readonly text?: string } = {}): NewRecord {
  const { text = "x", ...rest } = change;
  return { topic: topic.name, partition: 0, key: "k", timeMs: 1_000, headers: {}, value: Buffer.from(text), ...rest };
}

export function numbered(topic: AnyTopic, count: number, partition = 0, first = 0): NewRecord[] {
  return Array.from({ length: count }, (_, at) =>
    newRecord(topic, { partition, text: String(first + at), key: `k${at % 5}` }),
  );
}

export function textOf({ value }: Pick<LogRecord, "value">): string {
  return Buffer.from(value).toString();
}

/** Asserts that a promise is rejected with a code. */
export async function expectCode(promise: Promise<unknown>, ...codes: readonly string[]): Promise<void> {
  const outcome = await promise.then(
    (value) => ({ resolved: value }),
    (error: unknown) => error,
  );
  expect(codes, String((outcome as Error).message ?? JSON.stringify(outcome))).toContain(
    (outcome as { code?: string }).code,
  );
}

export function suiteOf(under: () => LogUnderTest, missing: string | undefined): Suite {
  return {
    under,
    it: (name, body, timeoutMs = 60_000) =>
      test(name, { timeout: timeoutMs }, async ({ skip }: TestContext) => {
        skip(missing !== undefined, missing);
        await body(new Bench(under()));
      }),
  };
}
