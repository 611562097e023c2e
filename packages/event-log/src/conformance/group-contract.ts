import { expect } from "vitest";
import type { AnyTopic } from "../api/topic.ts";
import { type Bench, expectCode, numbered, PULL, type Suite, textOf } from "./support.ts";
import { GroupStore, joinOptions, Worker } from "./worker.ts";

/** Everything that was appended, applied once and in order per partition. */
function expectAllOnce(store: GroupStore, topic: AnyTopic, perPartition: number): void {
  for (let partition = 0; partition < topic.partitions; partition++) {
    const texts = store.of(topic.name, partition).map(textOf);
    expect(texts, `partition ${partition}`).toEqual(Array.from({ length: perPartition }, (_, at) => String(at)));
  }
}

async function fill(bench: Bench, topic: AnyTopic, count: number, first = 0): Promise<void> {
  for (let partition = 0; partition < topic.partitions; partition++)
    await bench.append(await bench.log(), numbered(topic, count, partition, first));
}

const total = (topic: AnyTopic, perPartition: number): number => topic.partitions * perPartition;

/** Groups while everybody is well: sharing, handing over, leaving. */
export function groupContract({ it }: Suite): void {
  it("one member gets every partition, and reads from the offset that its store names", async (bench) => {
    const topic = await bench.topic(3);
    await fill(bench, topic, 10);
    const store = new GroupStore();
    const offsets = await bench.drive((await bench.log()).offsets(topic.name));
    const [first] = await bench.pullAll(await bench.reader(topic, { partition: 1 }), 10);
    store.next.set(`${topic.name}/1`, (first?.offset ?? 0) + 4);
    const worker = await Worker.start(bench, await bench.open(), {
      name: "a",
      group: bench.name("group"),
      topics: [topic.name],
      store,
    });
    await bench.until("all records are read", () => store.applied.length >= 10 + 10 + 6);
    expect(worker.assigned).toEqual([0, 1, 2].map((partition) => `${topic.name}/${partition}`));
    expect(store.of(topic.name, 1).length).toBeLessThan(10);
    expect(store.of(topic.name, 1)[0]?.offset).toBeGreaterThanOrEqual((first?.offset ?? 0) + 4);
    expect(offsets).toHaveLength(3);
    await bench.drive(worker.member.leave());
  });

  it("nothing is delivered before onAssigned has told the offset: a pull waits", async (bench) => {
    const topic = await bench.topic(1);
    await fill(bench, topic, 5);
    const at = { topic: topic.name, partition: 0 };
    const offset = Promise.withResolvers<number>();
    let told = false;
    const member = await bench.drive(
      (await bench.open()).join(
        joinOptions(bench.name("group"), [topic.name], {
          onAssigned: () => {
            told = true;
            return offset.promise;
          },
        }),
      ),
    );
    await bench.until("the member is told", () => told);
    expect(member.assigned).toEqual([]);
    expect(await bench.drive(member.pull(at, PULL))).toEqual([]);
    const pulled = member.pull(at, { ...PULL, waitMs: 20_000 });
    await bench.under.pass(50);
    offset.resolve(0);
    expect((await bench.drive(pulled)).map(textOf)[0]).toBe("0");
    await bench.drive(member.leave());
  });

  it("1, then 3, then 2 members share all partitions, and every record is applied once and in order", async (bench) => {
    const topic = await bench.topic(6);
    const group = bench.name("group");
    const store = new GroupStore();
    const start = async (name: string) =>
      Worker.start(bench, await bench.open(), { name, group, topics: [topic.name], store });
    const loads = (workers: readonly Worker[]) => workers.map((worker) => worker.assigned.length).join();
    const a = await start("a");
    await fill(bench, topic, 20);
    await bench.until("one member has all", () => loads([a]) === "6");
    const [b, c] = [await start("b"), await start("c")];
    await fill(bench, topic, 20, 20);
    await bench.until("three share", () => loads([a, b, c]) === "2,2,2");
    await bench.drive(a.member.leave());
    await fill(bench, topic, 20, 40);
    await bench.until("two share", () => loads([b, c]) === "3,3");
    await bench.until("all is applied", () => store.applied.length >= total(topic, 60));
    expectAllOnce(store, topic, 60);
    expect([a, b, c].flatMap(({ failures }) => failures)).toEqual([]);
    expect(a.running).toBe(0);
    await bench.drive(Promise.all([b.member.leave(), c.member.leave()]));
  });

  it("a partition goes to its next owner only when the last one has drained", async (bench) => {
    const topic = await bench.topic(2);
    const group = bench.name("group");
    const drained = Promise.withResolvers<void>();
    const revoked: number[] = [];
    const open = new Map<number, string>();
    const overlaps: string[] = [];
    const owned = (name: string) => async (at: { partition: number }) => {
      if (open.has(at.partition)) overlaps.push(`${name} while ${open.get(at.partition)}`);
      open.set(at.partition, name);
      return 0;
    };
    const a = await bench.drive(
      (await bench.open()).join(
        joinOptions(group, [topic.name], {
          member: "a",
          drainMs: 20_000,
          onAssigned: owned("a"),
          onRevoked: async (at) => {
            revoked.push(at.partition);
            await drained.promise;
            open.delete(at.partition);
          },
        }),
      ),
    );
    await bench.until("a owns both", () => a.assigned.length === 2);
    const joinsB = (await bench.open()).join(
      joinOptions(group, [topic.name], {
        member: "b",
        onAssigned: owned("b"),
        onRevoked: async (at) => void open.delete(at.partition),
      }),
    );
    await bench.until("a is to give up", () => revoked.length > 0);
    for (let step = 0; step < 30; step++) await bench.under.pass(10);
    expect([...open.values()]).not.toContain("b");
    for (const partition of revoked)
      await expectCode(bench.drive(a.pull({ topic: topic.name, partition }, PULL)), "TENON1556");
    drained.resolve();
    const b = await bench.drive(joinsB);
    await bench.until("both own one", () => a.assigned.length === 1 && b.assigned.length === 1);
    expect(overlaps).toEqual([]);
    await bench.drive(Promise.all([a.leave(), b.leave()]));
  });

  it("a drain that does not end is cut short, and the partition goes on", async (bench) => {
    const topic = await bench.topic(2);
    const group = bench.name("group");
    const store = new GroupStore();
    let revoked = 0;
    const a = await Worker.start(bench, await bench.open(), {
      ...{ name: "a", group, topics: [topic.name], store },
      change: {
        drainMs: 300,
        onRevoked: () => {
          revoked++;
          return new Promise(() => undefined);
        },
      },
    });
    await bench.until("a owns both", () => a.assigned.length === 2);
    const b = await Worker.start(bench, await bench.open(), { name: "b", group, topics: [topic.name], store });
    await fill(bench, topic, 10);
    await bench.until("b owns one", () => b.assigned.length === 1);
    await bench.until("all is applied", () => store.applied.length >= total(topic, 10));
    expect(revoked).toBeGreaterThan(0);
    expectAllOnce(store, topic, 10);
    await bench.drive(Promise.all([a.member.leave(), b.member.leave()]));
  });

  it("a waiting pull of a partition that is revoked is rejected, and so is every later one", async (bench) => {
    const topic = await bench.topic(1);
    const at = { topic: topic.name, partition: 0 };
    const member = await bench.drive((await bench.open()).join(joinOptions(bench.name("group"), [topic.name])));
    await bench.until("it is assigned", () => member.assigned.length === 1);
    const pulled = member.pull(at, { ...PULL, waitMs: 600_000 });
    pulled.catch(() => undefined);
    await bench.under.pass(30);
    await bench.drive(member.leave());
    await expectCode(bench.drive(pulled), "TENON1556");
    await expectCode(bench.drive(member.pull(at, PULL)), "TENON1556");
    await expectCode(bench.drive(member.seek(at, 0)), "TENON1556");
    await expectCode(bench.drive(member.report(at, 0)), "TENON1556");
    await expectCode(bench.drive(member.pull({ topic: topic.name, partition: 9 }, PULL)), "TENON1556");
  });

  it("a member that leaves drains first, and its partitions go to the others", async (bench) => {
    const topic = await bench.topic(4);
    const group = bench.name("group");
    const store = new GroupStore();
    const start = async (name: string) =>
      Worker.start(bench, await bench.open(), { name, group, topics: [topic.name], store });
    const [a, b] = [await start("a"), await start("b")];
    await bench.until("they share", () => a.assigned.length === 2 && b.assigned.length === 2);
    await fill(bench, topic, 10);
    await bench.drive(a.member.leave());
    expect(a.assigned).toEqual([]);
    expect(store.events.filter((event) => event.startsWith("a revoked")).length).toBeGreaterThanOrEqual(2);
    await bench.until("b has all", () => b.assigned.length === 4);
    await bench.until("all is applied", () => store.applied.length >= total(topic, 10));
    expectAllOnce(store, topic, 10);
    await bench.drive(b.member.leave());
    await bench.drive(b.member.leave());
  });

  it("groups do not touch each other, and a member may read several topics", async (bench) => {
    const [first, second] = [await bench.topic(2), await bench.topic(1)];
    await fill(bench, first, 10);
    await fill(bench, second, 10);
    const stores = [new GroupStore(), new GroupStore()];
    const workers = [];
    for (const [at, store] of stores.entries())
      workers.push(
        await Worker.start(bench, await bench.open(), {
          ...{ name: "a", group: bench.name(`group${at}`), topics: [first.name, second.name], store },
        }),
      );
    for (const store of stores) {
      await bench.until("all is applied", () => store.applied.length >= 30);
      expectAllOnce(store, first, 10);
      expectAllOnce(store, second, 10);
    }
    await bench.drive(Promise.all(workers.map(({ member }) => member.leave())));
  });
}
