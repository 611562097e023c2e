import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GraphError } from "@tenon/graph-core";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type FileContent, readSections, type Section, type Sections, writeSections } from "./index.ts";
import { ALIGNMENT } from "./layout.ts";
import { SECTION_ARRAYS, type SectionArrayType } from "./sections.ts";
import { writeDurably } from "./write-durably.ts";

let folder: string;
let path: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tenon-files-"));
  path = join(folder, "a.segment");
});
afterAll(() => rm(folder, { recursive: true }));

const section: fc.Arbitrary<Section> = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 40 }).filter((text) => text.isWellFormed()),
  fc
    .tuple(fc.constantFrom(...(Object.keys(SECTION_ARRAYS) as SectionArrayType[])), fc.uint8Array({ maxLength: 300 }))
    .map(([type, { buffer, byteLength }]) => {
      const Numbers = SECTION_ARRAYS[type];
      return new Numbers(buffer.slice(0, byteLength - (byteLength % Numbers.BYTES_PER_ELEMENT)) as ArrayBuffer);
    }),
);
const sections = fc.dictionary(fc.stringMatching(/^[a-z][a-zA-Z0-9_.-]{0,20}$/), section, { maxKeys: 6 });
const contents: fc.Arbitrary<FileContent> = fc.record({
  kind: fc.constantFrom("ad-segment", "ad-records"),
  facts: fc.dictionary(fc.string({ maxLength: 8 }), fc.oneof(fc.integer(), fc.string()), { maxKeys: 3 }),
  sections: sections as fc.Arbitrary<Sections>,
});

async function codeOf(read: Promise<unknown>): Promise<string> {
  const error = await read.then(
    () => "read",
    (problem: unknown) => problem,
  );
  if (!(error instanceof GraphError)) return String(error);
  expect(error.hint).toMatch(/previous base|path|folder|listed types/);
  return error.code;
}

test("what was written is read, in any order of the sections, shared or not", async () => {
  await fc.assert(
    fc.asyncProperty(contents, fc.boolean(), async (content, shared) => {
      const { bytes } = await writeSections(path, content);
      const file = await readSections(path, { kind: content.kind, shared });
      expect((await readFile(path)).length).toBe(bytes);
      expect(file.facts).toEqual(content.facts);
      expect(file.names).toEqual(Object.keys(content.sections).toSorted());
      expect(file.buffer instanceof SharedArrayBuffer).toBe(shared);
      for (const [name, written] of Object.entries(content.sections)) {
        const read = file.sections()[name] as Section;
        // By bytes: NaN has many forms, and all of them come back.
        expect(bytesOf(read)).toEqual(bytesOf(written));
        expect(read.constructor).toBe(written.constructor);
        if (typeof read !== "string") {
          expect(read.buffer).toBe(file.buffer);
          expect(read.byteOffset % ALIGNMENT).toBe(0);
        }
      }
    }),
  );
});

function bytesOf(one: Section): Uint8Array {
  return typeof one === "string"
    ? Buffer.from(one)
    : new Uint8Array(one.buffer, one.byteOffset, one.byteLength).slice();
}

test("every flipped bit is found, wherever it lies", async () => {
  await fc.assert(
    fc.asyncProperty(contents, fc.nat(), async (content, at) => {
      await writeSections(path, content);
      const bytes = await readFile(path);
      const bit = at % (bytes.length * 8);
      (bytes[bit >> 3] as number) ^= 1 << (bit & 7);
      await writeFile(path, bytes);
      expect(await codeOf(readSections(path, content))).toBe(bit < 64 ? "TENON1425" : "TENON1429");
    }),
    { numRuns: 300 },
  );
});

test("a file that was cut short, or goes on too long, is refused", async () => {
  await fc.assert(
    fc.asyncProperty(contents, fc.nat(), async (content, at) => {
      await writeSections(path, content);
      const bytes = await readFile(path);
      const length = at % bytes.length;
      await writeFile(path, bytes.subarray(0, length));
      expect(await codeOf(readSections(path, content))).toBe(length < 64 ? "TENON1425" : "TENON1428");
      await writeFile(path, Buffer.concat([bytes, Buffer.alloc(1)]));
      expect(await codeOf(readSections(path, content))).toBe("TENON1428");
    }),
  );
});

test("equal content makes equal bytes, whatever the order of the sections; other content another checksum", async () => {
  const facts = { ads: 3 };
  const one = { a: Int32Array.of(1, 2), b: "words", c: Float64Array.of(0.5) };
  const written = await writeSections(path, { kind: "k", facts, sections: one });
  const bytes = await readFile(path);
  const turned = Object.fromEntries(Object.entries(one).reverse());
  expect(await writeSections(path, { kind: "k", facts, sections: turned })).toEqual(written);
  expect(await readFile(path)).toEqual(bytes);
  const pieces: Uint8Array[] = [];
  await writeSections((piece) => void pieces.push(piece.slice()), { kind: "k", facts, sections: one });
  expect(Buffer.concat(pieces)).toEqual(bytes);
  const other = await writeSections(path, { kind: "k", facts, sections: { ...one, c: Float64Array.of(0.25) } });
  expect(other.checksum).not.toBe(written.checksum);
});

test("a file of another kind or format is named", async () => {
  await writeSections(path, { kind: "k", sections: { a: Int32Array.of(1) } });
  expect(await codeOf(readSections(path, { kind: "other" }))).toBe("TENON1427");
  expect(await codeOf(readSections(join(folder, "nothing"), { kind: "k" }))).toBe("TENON1425");

  const bytes = await readFile(path);
  const { preludeBytes, readPrelude } = await import("./layout.ts");
  const prelude = readPrelude(bytes);
  expect(prelude?.intact).toBe(true);
  if (prelude !== undefined) bytes.set(preludeBytes({ ...prelude, format: 2 }));
  await writeFile(path, bytes);
  await expect(readSections(path, { kind: "k" })).rejects.toThrow(/TENON1426 .*format 2.*format 1/);
});

test("what no file can hold is refused before anything is written", async () => {
  const none = join(folder, "none");
  for (const bad of [{ "": "x" }, { "../a": "x" }, { a: new BigInt64Array(1) }, { a: null }]) {
    const write = writeSections(none, { kind: "k", sections: bad as unknown as Sections });
    expect(await codeOf(write)).toBe("TENON1431");
  }
  expect(await codeOf(writeSections(join(none, "deeper"), { kind: "k", sections: {} }))).toBe("TENON1431");
  expect(await readdir(folder)).not.toContain("none");
});

test("a write that fails half way leaves the old file, and nothing else", async () => {
  const own = await mkdtemp(join(folder, "half-"));
  const target = join(own, "a");
  await writeDurably(target, (file) => file.writeFile("old"));
  const failing = writeDurably(target, async (file) => {
    await file.writeFile("ne");
    throw new Error("no space left");
  });
  await expect(failing).rejects.toThrow("no space left");
  expect(await readFile(target, "utf8")).toBe("old");
  expect(await readdir(own)).toEqual(["a"]);
});

test("of two writers that create one name, one is told that it is taken", async () => {
  const target = join(folder, "created");
  const write = (text: string) => writeDurably(target, (file) => file.writeFile(text), "create");
  const won = await Promise.all([write("one"), write("two")]);
  expect(won.toSorted()).toEqual([false, true]);
  expect(await readFile(target, "utf8")).toBe(won[0] ? "one" : "two");
});
