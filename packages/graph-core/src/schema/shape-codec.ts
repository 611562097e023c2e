/**
 * Canonical bytes by shape: no keys, no type marks, nothing that the schema says already.
 * A field that may be absent has one byte of state, a union one number of its option; the rest follows in declared order.
 */
import type { FeatureSchema } from "../values/feature-schema.ts";
import type { ByteReader } from "./byte-reader.ts";
import type { ByteWriter } from "./byte-writer.ts";
import { explainer } from "./explain.ts";
import {
  readBatch,
  readColumn,
  readScores,
  readSnapshot,
  writeBatch,
  writeColumn,
  writeScores,
  writeSnapshot,
} from "./guarded-codec.ts";
import {
  type GuardedShape,
  type LiteralShape,
  type ObjectShape,
  type RecordShape,
  type Shape,
  type TupleShape,
  tagValues,
  type UnionShape,
} from "./shape.ts";

const ABSENT = 0;
const PRESENT = 1;
const UNDEFINED = 2;

/** Both directions of one shape. `write` takes values that fit (checked before), `read` bytes that `write` made. */
export interface ShapeCodec {
  readonly write: (value: never, out: ByteWriter) => void;
  readonly read: (input: ByteReader) => unknown;
}

type AnyCodec = {
  readonly write: (value: unknown, out: ByteWriter) => void;
  readonly read: (input: ByteReader) => unknown;
};

export function shapeCodec(shape: Shape): ShapeCodec {
  return codecOf(shape) as ShapeCodec;
}

function codecOf(shape: Shape): AnyCodec {
  return typedCodec(shape) as AnyCodec;
}

function typedCodec(shape: Shape): ShapeCodec {
  switch (shape.kind) {
    case "null":
      return { write: () => {}, read: () => null };
    case "boolean":
      return { write: (value: boolean, out) => out.byte(value ? 1 : 0), read: readBoolean };
    case "string":
      return { write: (value: string, out) => out.string(value), read: (input) => input.string() };
    case "number":
      return { write: (value: number, out) => out.f64(value), read: (input) => input.f64() };
    case "bigint":
      return { write: (value: bigint, out) => out.bigint(value), read: (input) => input.bigint() };
    case "literal":
      return literalCodec(shape);
    case "object":
      return objectCodec(shape);
    case "array":
      return arrayCodec(codecOf(shape.element));
    case "tuple":
      return tupleCodec(shape);
    case "record":
      return recordCodec(shape);
    case "nullable":
      return markedCodec(null, codecOf(shape.inner));
    case "optional":
      return markedCodec(undefined, codecOf(shape.inner));
    case "union":
      return unionCodec(shape);
    case "guarded":
      return guardedCodec(shape);
  }
}

function readBoolean(input: ByteReader): boolean {
  const byte = input.byte();
  if (byte > 1) throw input.fail("a boolean is neither 0 nor 1");
  return byte === 1;
}

function literalCodec({ values }: LiteralShape): ShapeCodec {
  return {
    write: (value: unknown, out) => out.varint(values.findIndex((each) => Object.is(each, value))),
    read: (input) => {
      const value = values[input.varint()];
      if (value === undefined) throw input.fail("unknown literal");
      return value;
    },
  };
}

/** One byte says whether the value is `other` or the inner value follows. */
function markedCodec(other: null | undefined, inner: AnyCodec): ShapeCodec {
  return {
    write: (value: unknown, out) => {
      out.byte(value === other ? UNDEFINED : PRESENT);
      if (value !== other) inner.write(value, out);
    },
    read: (input) => {
      const mark = input.byte();
      if (mark !== PRESENT && mark !== UNDEFINED) throw input.fail("unknown mark");
      return mark === PRESENT ? inner.read(input) : other;
    },
  };
}

function objectCodec({ fields }: ObjectShape): ShapeCodec {
  const members = fields.map(({ name, shape, optional }) => ({
    name,
    // The state byte of an optional field tells undefined too, so that its own mark is not needed.
    codec: codecOf(optional && shape.kind === "optional" ? shape.inner : shape),
    state: !optional ? ("always" as const) : shape.kind === "optional" ? ("undefinedToo" as const) : ("maybe" as const),
  }));
  return {
    write: (value: Readonly<Record<string, unknown>>, out) => {
      for (const { name, codec, state } of members) {
        const member = value[name];
        if (state !== "always") {
          const mark = !(name in value)
            ? ABSENT
            : state === "undefinedToo" && member === undefined
              ? UNDEFINED
              : PRESENT;
          out.byte(mark);
          if (mark !== PRESENT) continue;
        }
        codec.write(member, out);
      }
    },
    read: (input) => {
      const value: Record<string, unknown> = {};
      for (const { name, codec, state } of members) {
        const mark = state === "always" ? PRESENT : input.byte();
        if (mark > (state === "undefinedToo" ? UNDEFINED : PRESENT)) throw input.fail(`unknown mark of "${name}"`);
        if (mark !== ABSENT) value[name] = mark === PRESENT ? codec.read(input) : undefined;
      }
      return value;
    },
  };
}

function arrayCodec(element: AnyCodec): ShapeCodec {
  return {
    write: (value: readonly unknown[], out) => {
      out.varint(value.length);
      for (let index = 0; index < value.length; index++) element.write(value[index], out);
    },
    read: (input) => readList(input, () => element),
  };
}

function tupleCodec({ items, rest }: TupleShape): ShapeCodec {
  const members = items.map(codecOf);
  const restMember = rest === undefined ? undefined : codecOf(rest);
  const memberAt = (index: number): AnyCodec | undefined => members[index] ?? restMember;
  return {
    write: (value: readonly unknown[], out) => {
      out.varint(value.length);
      for (let index = 0; index < value.length; index++) memberAt(index)?.write(value[index], out);
    },
    read: (input) => readList(input, memberAt),
  };
}

/** Elements of shapes without bytes (null) are bounded by the same count as others of one byte. */
function readList(input: ByteReader, codecAt: (index: number) => AnyCodec | undefined): unknown[] {
  const length = input.varint();
  if (length > LIST_LENGTH_MAX) throw input.fail(`${length} elements`);
  const values: unknown[] = [];
  for (let index = 0; index < length; index++) {
    const codec = codecAt(index);
    if (codec === undefined) throw input.fail(`${length} elements are too many`);
    values.push(codec.read(input));
  }
  return values;
}

/** Longest list that is read: damaged bytes of a list of nulls must not fill the memory. */
const LIST_LENGTH_MAX = 16_777_216;

/** Keys in code unit order: the order in which a record was filled carries no meaning. */
function recordCodec({ value: memberShape }: RecordShape): ShapeCodec {
  const member = codecOf(memberShape);
  return {
    write: (value: Readonly<Record<string, unknown>>, out) => {
      const names = Object.keys(value).sort();
      out.varint(names.length);
      for (const name of names) {
        out.string(name);
        member.write(value[name], out);
      }
    },
    read: (input) => {
      const value: Record<string, unknown> = {};
      for (let left = input.count(1); left > 0; left--) {
        const name = input.string();
        if (name === "__proto__") throw input.fail("a key is __proto__");
        value[name] = member.read(input);
      }
      return value;
    },
  };
}

/** The number of the option that the tag picks, or of the first that fits. */
function unionCodec({ options, discriminator }: UnionShape): ShapeCodec {
  const codecs = options.map(codecOf);
  const pick = discriminator === undefined ? firstFitting(options) : taggedOption(options, discriminator);
  return {
    write: (value: unknown, out) => {
      const option = pick(value);
      out.varint(option);
      codecs[option]?.write(value, out);
    },
    read: (input) => {
      const codec = codecs[input.varint()];
      if (codec === undefined) throw input.fail("unknown option");
      return codec.read(input);
    },
  };
}

function firstFitting(options: readonly Shape[]): (value: unknown) => number {
  const explainers = options.map(explainer);
  return (value) => explainers.findIndex((explain) => explain(value) === undefined);
}

function taggedOption(options: readonly Shape[], discriminator: string): (value: unknown) => number {
  const numbers = new Map(
    options.flatMap((option, number) => tagValues(option, discriminator).map((tag) => [tag, number])),
  );
  return (value) => numbers.get((value as Readonly<Record<string, never>>)[discriminator] as never) ?? -1;
}

function guardedCodec({ value: kind }: GuardedShape): ShapeCodec {
  switch (kind.kind) {
    case "column":
      return { write: (value, out) => writeColumn(out, value), read: (input) => readColumn(input, kind.type) };
    case "candidateBatch":
      return { write: (value, out) => writeBatch(out, value), read: readBatch };
    case "featureSnapshot": {
      const schemas: readonly FeatureSchema[] = [kind.schema];
      return { write: (value, out) => writeSnapshot(out, value), read: (input) => readSnapshot(input, schemas) };
    }
    case "modelScores":
      return { write: (value, out) => writeScores(out, value), read: readScores };
  }
}
