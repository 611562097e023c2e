import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RecordedRead } from "@tenon/graph-core";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import type { CorpusHeader } from "./corpus-format.ts";
import { CorpusWriter, writeCorpus } from "./corpus-writer.ts";
import { corpusHash, findEntry, readCorpus } from "./read-corpus.ts";
import type { RecordedEntry } from "./recorded-entry.ts";

const folder = mkdtempSync(join(tmpdir(), "tenon-corpus-"));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, "some.runs");

const HEADER: CorpusHeader = {
  name: "test",
  madeBy: "a property",
  madeAtMs: 1,
  graphs: [{ name: "shop", planHash: "p", topologyHash: "t", featureSchemas: {} }],
  bindings: { everybody: "AAAA" },
};

const bytes = fc.uint8Array({ maxLength: 300 });
const read: fc.Arbitrary<RecordedRead> = fc.record({
  resource: fc.string(),
  method: fc.string(),
  argumentDigest: fc.string(),
  async: fc.boolean(),
  stable: fc.boolean(),
  result: fc.oneof(bytes, fc.record({ error: fc.string(), name: fc.string() })),
});
const entry: fc.Arbitrary<RecordedEntry> = fc.record({
  host: fc.constantFrom("admixer" as const, "indexer" as const),
  stratum: fc.string(),
  recordedAtMs: fc.nat(),
  digests: fc.dictionary(fc.stringMatching(/^[a-z]+$/), fc.string()),
  responseDigest: fc.option(fc.string(), { nil: undefined }),
  failureCode: fc.option(fc.string(), { nil: undefined }),
  recording: fc.record({
    graph: fc.string(),
    planHash: fc.string(),
    requestId: fc.string(),
    nowMs: fc.nat(),
    deadlineMs: fc.option(fc.nat(), { nil: undefined }),
    seed: fc.nat(),
    quality: fc.double({ min: 0, max: 1, noNaN: true }),
    switchedOff: fc.array(fc.string()),
    cut: fc.array(fc.string()),
    versions: fc.dictionary(fc.stringMatching(/^[a-z]+$/), fc.string()),
    request: bytes,
    reads: fc.array(read, { maxLength: 4 }),
    response: fc.constant(undefined),
  }),
});

function write(entries: readonly RecordedEntry[]): void {
  const writer = new CorpusWriter(path, HEADER);
  for (const each of entries) writer.add(each);
  writer.close();
}

function readAll(): readonly RecordedEntry[] {
  return [...readCorpus(path).entries()];
}

test("what is read is what was written", () => {
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 12 }), (entries) => {
      write(entries);
      expect(readAll()).toEqual(entries);
      expect(readCorpus(path).header).toEqual(HEADER);
    }),
    { numRuns: 100 },
  );
});

test("a file in which any byte was changed, or that was cut or lengthened anywhere, is refused with file and place", () => {
  const refused = (damaged: Uint8Array): void => {
    writeFileSync(path, damaged);
    expect(readAll).toThrow(/TENON200[01] .*some\.runs/);
  };
  fc.assert(
    fc.property(
      fc.array(entry, { minLength: 1, maxLength: 4 }),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      (entries, at, by) => {
        write(entries);
        const whole = readFileSync(path);
        const changed = Buffer.from(whole);
        const place = at % whole.length;
        changed[place] = (whole[place] as number) ^ by;
        refused(changed);
        refused(whole.subarray(0, place));
        refused(Buffer.concat([whole, Buffer.from([by])]));
      },
    ),
    { numRuns: 300 },
  );
});

test("every single byte of one file", () => {
  write(fc.sample(entry, { numRuns: 2, seed: 7 }));
  const whole = readFileSync(path);
  for (let place = 0; place < whole.length; place++) {
    const changed = Buffer.from(whole);
    changed[place] = (whole[place] as number) ^ 1;
    writeFileSync(path, changed);
    expect(readAll, `byte ${place}`).toThrow(/TENON200[01]/);
  }
});

test("entries are read block by block, and found by request id", () => {
  const [one] = fc.sample(entry, { numRuns: 1, seed: 3 }) as [RecordedEntry];
  const large = new Uint8Array(1_500_000).map((_, at) => (at * 2_654_435_761) >>> 24);
  const many = Array.from({ length: 12 }, (_, at): RecordedEntry => {
    return { ...one, recording: { ...one.recording, requestId: `r${at}`, request: large } };
  });
  write(many);
  const corpus = readCorpus(path);
  expect(findEntry(corpus, "r11").recording.request).toEqual(large);
  expect(() => findEntry(corpus, "r12")).toThrow(/TENON2004 .*"r12"/);
  expect(corpusHash(corpus)).toMatch(/^[0-9a-f]{64}$/);
  const hash = corpusHash(corpus);
  write(many.slice(1));
  expect(corpusHash(readCorpus(path))).not.toBe(hash);
});

test("another format, another kind of file and no file are told apart", () => {
  write([]);
  const whole = readFileSync(path);
  const older = Buffer.from(whole);
  older.writeUInt16LE(0, 8);
  writeFileSync(path, older);
  expect(() => readCorpus(path)).toThrow(
    expect.objectContaining({ code: "TENON2000", detail: expect.stringContaining("format 0") }),
  );
  writeFileSync(path, "a text");
  expect(() => readCorpus(path)).toThrow(expect.objectContaining({ code: "TENON2000" }));
  expect(() => readCorpus(join(folder, "none.runs"))).toThrow(/TENON2003/);
});

test("an unfinished file has no name, and one that was given up leaves nothing", () => {
  const fresh = join(folder, "fresh.runs");
  const writer = new CorpusWriter(fresh, HEADER);
  expect(() => readCorpus(fresh)).toThrow(/TENON2003/);
  writer.discard();
  expect(() => readFileSync(`${fresh}.unfinished`)).toThrow(/ENOENT/);
});

test("what cannot be filled leaves neither a file nor an open one, and the corpus of that name stays", () => {
  write([]);
  const whole = readFileSync(path);
  const openFiles = () => readdirSync("/dev/fd").length;
  const before = openFiles();
  const [one] = fc.sample(entry, { numRuns: 1, seed: 3 }) as [RecordedEntry];
  const huge = { ...one, recording: { ...one.recording, request: new Uint8Array(33 * 2 ** 20) } };
  const fill = (writer: CorpusWriter) => {
    writer.add(one);
    writer.add(huge);
  };
  for (let at = 0; at < 5; at++) expect(() => writeCorpus(path, HEADER, fill)).toThrow(/TENON2002/);
  expect(openFiles()).toBe(before);
  expect(existsSync(`${path}.unfinished`)).toBe(false);
  expect(readFileSync(path)).toEqual(whole);
});

test("a run beyond the bound is refused, and the file goes on", () => {
  const [one] = fc.sample(entry, { numRuns: 1, seed: 3 }) as [RecordedEntry];
  const writer = new CorpusWriter(path, HEADER);
  const huge = { ...one, recording: { ...one.recording, request: new Uint8Array(33 * 2 ** 20) } };
  expect(() => writer.add(huge)).toThrow(/TENON2002/);
  writer.add(one);
  writer.close();
  expect(readAll()).toEqual([one]);
});
