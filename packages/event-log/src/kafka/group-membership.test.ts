import { ManualClock, promiseByHand, settle } from "@tenon/graph-testkit";
import { expect, test } from "vitest";
import type { JoinOptions, TopicPartition } from "../api/event-log.ts";
import { joinOptions } from "../conformance/worker.ts";
import { HeldPartitions, keyOf } from "../group/held-partitions.ts";
import { GroupMembership } from "./group-membership.ts";
import { decodeAssignment, encodeAssignment, encodeSubscription } from "./group-protocol.ts";
import { KAFKA_CODES, type KafkaCode, WireError } from "./kafka-errors.ts";
import { Leaders } from "./leaders.ts";
import { QueueFeed } from "./queue-feed.ts";
import type { JoinAnswer, KafkaWire } from "./wire.ts";

const SESSION_MS = 4_000;
const BEAT_MS = SESSION_MS / 4;

/** A coordinator whose answers the test decides. */
class Coordinator {
  readonly calls: string[] = [];
  heartbeat: () => Promise<void> = async () => {};
  join: (memberId: string) => Promise<Partial<JoinAnswer>> = async () => ({});
  assigned: readonly TopicPartition[] = [
    { topic: "t", partition: 0 },
    { topic: "t", partition: 1 },
  ];
  /** What the leader sent for everybody. */
  sent: readonly { memberId: string; partitions: readonly string[] }[] = [];
  #generation = 0;

  readonly wire = {
    leadersOf: async (topic: string) => (topic === "t" ? [1, 1, 1] : undefined),
    joinGroup: async ({ memberId }: { memberId: string }) => {
      this.calls.push(`join "${memberId}"`);
      const answer = await this.join(memberId);
      return { generation: ++this.#generation, memberId: memberId || "m1", leaderId: "other", members: [], ...answer };
    },
    syncGroup: async ({ assignments }: Parameters<KafkaWire["syncGroup"]>[0]) => {
      this.sent = assignments.map(({ memberId, bytes }) => ({
        memberId,
        partitions: decodeAssignment(bytes).map(keyOf),
      }));
      return encodeAssignment(this.assigned);
    },
    heartbeat: () => {
      this.calls.push("beat");
      return this.heartbeat();
    },
    leaveGroup: async ({ memberId }: { memberId: string }) => {
      this.calls.push(`leave "${memberId}"`);
    },
  } as unknown as KafkaWire;
}

const kafka = (code: KafkaCode, memberId?: string): WireError =>
  new WireError(code, { kafkaCode: KAFKA_CODES[code], memberId });

function started(change: Partial<JoinOptions> = {}) {
  const clock = new ManualClock();
  const coordinator = new Coordinator();
  const events: string[] = [];
  const join = joinOptions("g", ["t"], {
    drainMs: 60_000,
    onAssigned: async (at) => {
      events.push(`assigned ${at.partition}`);
      return 0;
    },
    onRevoked: async (at) => void events.push(`revoked ${at.partition}`),
    onLost: (at) => void events.push(`lost ${at.partition}`),
    onFailed: (error) => void events.push(`failed ${(error as { code?: string }).code}`),
    ...change,
  });
  const held = new HeldPartitions({
    ...{ join, clock, onAssignFailed: () => undefined },
    startFeed: (at, fromOffset) =>
      new QueueFeed({ at, clock, fromOffset, recordsMax: 1, bytesMax: 1, onRoom: () => undefined }),
  });
  const { wire } = coordinator;
  const membership = new GroupMembership({
    wire,
    leaders: new Leaders(wire),
    clock,
    join,
    held,
    sessionMs: SESSION_MS,
  });
  const pass = async (ms: number): Promise<void> => {
    clock.advance(ms);
    await settle(100);
  };
  return { clock, coordinator, events, held, membership, pass };
}

const BOTH = ["assigned 0", "assigned 1"];

test("K1: everything is drained before the member joins again, and it beats meanwhile", async () => {
  const drained = promiseByHand<void>();
  const { coordinator, events, membership, pass, held } = started({
    onRevoked: (at) => {
      events.push(`revoked ${at.partition}`);
      return drained.promise;
    },
  });
  await membership.start();
  await settle();
  expect(events).toEqual(BOTH);
  coordinator.heartbeat = () => Promise.reject(kafka("rebalanceInProgress"));
  await pass(BEAT_MS);
  expect(events.slice(2)).toEqual(["revoked 0", "revoked 1"]);
  coordinator.calls.length = 0;
  await pass(BEAT_MS);
  await pass(BEAT_MS);
  expect(coordinator.calls).toEqual(["beat", "beat"]);
  coordinator.heartbeat = async () => {};
  coordinator.assigned = [{ topic: "t", partition: 1 }];
  drained.resolve();
  await settle(100);
  expect(coordinator.calls.at(-1)).toBe('join "m1"');
  expect(events.slice(4)).toEqual(["assigned 1"]);
  expect(held.assigned).toEqual([{ topic: "t", partition: 1 }]);
});

test("K2: a member that nobody hears for a session says itself that it has lost everything", async () => {
  const { coordinator, events, membership, pass } = started();
  await membership.start();
  await settle();
  // Answers that do not come, rather than answers that say no.
  coordinator.heartbeat = () => new Promise(() => undefined);
  await pass(BEAT_MS);
  await pass(SESSION_MS - BEAT_MS - 1);
  expect(events).toEqual(BOTH);
  coordinator.join = () => new Promise(() => undefined);
  await pass(1);
  expect(events.slice(2)).toEqual(["lost 0", "lost 1"]);
});

test("K2: connections that come back within the session cost nothing", async () => {
  const { coordinator, events, membership, pass } = started();
  await membership.start();
  await settle();
  coordinator.heartbeat = () => Promise.reject(new WireError("connection refused", { unsent: true }));
  for (let beat = 0; beat < 3; beat++) await pass(BEAT_MS);
  coordinator.heartbeat = async () => {};
  for (let beat = 0; beat < 8; beat++) await pass(BEAT_MS);
  expect(events).toEqual(BOTH);
});

test.each([
  ["unknownMember", 'join ""'],
  ["illegalGeneration", 'join "m1"'],
] as const)("K3: after %s everything is lost, nothing is drained, and the member joins anew", async (code, joins) => {
  const { coordinator, events, membership, pass } = started();
  await membership.start();
  await settle();
  coordinator.heartbeat = () => Promise.reject(kafka(code));
  coordinator.calls.length = 0;
  await pass(BEAT_MS);
  expect(events.slice(2)).toEqual(["lost 0", "lost 1", ...BOTH]);
  expect(coordinator.calls).toEqual(["beat", joins]);
});

test("K3: a drain is cut short when the broker has given the member up meanwhile", async () => {
  const { coordinator, events, membership, pass } = started({
    onRevoked: () => new Promise(() => undefined),
    drainMs: 3_000,
  });
  await membership.start();
  await settle();
  coordinator.heartbeat = () => Promise.reject(kafka("rebalanceInProgress"));
  await pass(BEAT_MS);
  coordinator.heartbeat = () => Promise.reject(kafka("unknownMember"));
  await pass(BEAT_MS);
  coordinator.heartbeat = async () => {};
  await pass(BEAT_MS);
  await pass(BEAT_MS);
  expect(coordinator.calls.at(-1)).toBe('join ""');
  expect(events.slice(2)).toEqual(BOTH);
});

test("a broker that wants the member's id first gets it", async () => {
  const { coordinator, membership } = started();
  coordinator.join = (memberId) =>
    memberId === "" ? Promise.reject(kafka("memberIdRequired", "m7")) : Promise.resolve({});
  await membership.start();
  expect(coordinator.calls).toEqual(['join ""', 'join "m7"']);
  expect(membership.memberId).toBe("m7");
});

test("a first join that cannot succeed is the caller's error; a later one ends the membership, once", async () => {
  const refused = started();
  refused.coordinator.join = () => Promise.reject(new WireError("not allowed", { kafkaCode: 30 }));
  await expect(refused.membership.start()).rejects.toThrow("not allowed");
  expect(refused.events).toEqual([]);

  const { coordinator, events, membership, pass } = started();
  await membership.start();
  await settle();
  coordinator.join = () => Promise.reject(new WireError("not allowed", { kafkaCode: 30 }));
  coordinator.heartbeat = () => Promise.reject(kafka("rebalanceInProgress"));
  await pass(BEAT_MS);
  await pass(10 * BEAT_MS);
  expect(events.slice(2)).toEqual(["revoked 0", "revoked 1", "failed TENON1562"]);
});

test("the leader gives everybody's partitions, and a topic that is gone keeps nobody from working", async () => {
  const { coordinator, membership } = started();
  const member = (memberId: string, topics: readonly string[]) => ({
    memberId,
    bytes: encodeSubscription({ topics, name: memberId }),
  });
  coordinator.join = async () => ({ leaderId: "m1", members: [member("m1", ["t"]), member("m2", ["t", "gone"])] });
  await membership.start();
  expect(coordinator.sent.map(({ memberId }) => memberId)).toEqual(["m1", "m2"]);
  expect(coordinator.sent.flatMap(({ partitions }) => partitions).toSorted()).toEqual(["t/0", "t/1", "t/2"]);
});

test("leaving drains, tells the broker, and is the end of it", async () => {
  const { clock, coordinator, events, membership, pass } = started();
  await membership.start();
  await settle();
  await Promise.all([membership.leave(), membership.leave()]);
  expect(events.slice(2)).toEqual(["revoked 0", "revoked 1"]);
  expect(coordinator.calls.filter((call) => call.startsWith("leave"))).toEqual(['leave "m1"']);
  coordinator.calls.length = 0;
  await pass(10 * SESSION_MS);
  expect(coordinator.calls).toEqual([]);
  expect(clock.pending).toBe(0);
});
