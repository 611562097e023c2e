import { GraphError } from "../contract/error.ts";
import type { AnySlot } from "../contract/slot.ts";
import { ByteReader } from "./byte-reader.ts";
import { ByteWriter } from "./byte-writer.ts";
import { describeShape } from "./describe-shape.ts";
import { type CheckFailure, explainer } from "./explain.ts";
import { freezer } from "./freeze.ts";
import { generateFits, generateFreeze } from "./generate.ts";
import { type ArraysOf, guardedArrays } from "./guarded-arrays.ts";
import { readSchema, type SchemaProblem } from "./read-zod.ts";
import { sha256Hex } from "./sha256.ts";
import type { Shape } from "./shape.ts";
import { shapeCodec } from "./shape-codec.ts";

/** A slot's schema as code. zod is its oracle: a value fits when zod accepts it and gives it back unchanged. */
export interface CompiledSchema {
  /** `undefined` when the value fits, otherwise the first place where it does not. */
  readonly check: (value: unknown) => CheckFailure | undefined;
  /** Freezes every record and array of a value that fits, and nothing else: no walk over scalars. */
  readonly freeze: (value: unknown) => void;
  /** Appends the canonical bytes of a value that fits. */
  readonly encode: (value: unknown, out: ByteWriter) => void;
  /** The value of bytes that `encode` made. Throws TENON1161 for others. Record keys come back sorted. */
  readonly decode: (bytes: Uint8Array) => unknown;
  /** sha-256 (hex) of the fingerprint and the canonical bytes. */
  readonly digest: (value: unknown) => string;
  /** Every array behind the columns, batches, snapshots and scores of a value that fits; `undefined` where there are none. */
  readonly arraysOf: ArraysOf | undefined;
  /** sha-256 (hex) of what the schema says, field order and checks included; refinements count, but not what they do. */
  readonly fingerprint: string;
}

const compiled = new WeakMap<object, CompiledSchema>();
const compiledSlots = new WeakMap<AnySlot, CompiledSchema>();

/** What of a schema is outside the closed value universe; empty when all of it is inside. Never throws. */
export function schemaProblems(schema: unknown): readonly SchemaProblem[] {
  return readSchema(schema).problems;
}

/**
 * Compiles a zod schema, once per schema object. Throws TENON1163 when {@link schemaProblems} finds any: `checkGraph`
 * reports them before anything is compiled.
 */
export function compileSchema(schema: unknown): CompiledSchema {
  const known = compiled.get(schema as object);
  if (known !== undefined) return known;
  const { shape, problems } = readSchema(schema);
  const [problem] = problems;
  if (problem !== undefined) throw notCompilable(problem);
  const made = compileShape(shape, describeShape(shape));
  compiled.set(schema as object, made);
  return made;
}

/** The slot's schema, with a fingerprint of slot name, unit and schema. The owner is not part of it. */
export function compiledSlot(slot: AnySlot): CompiledSchema {
  const known = compiledSlots.get(slot);
  if (known !== undefined) return known;
  const schema = compileSchema(slot.schema);
  const fingerprint = sha256Hex(JSON.stringify([slot.name, slot.unit ?? null, schema.fingerprint]));
  const made = Object.freeze({ ...schema, fingerprint, digest: digester(schema.encode, fingerprint) });
  compiledSlots.set(slot, made);
  return made;
}

/** Code is generated when it is first used: a process loads the schemas of everybody and checks values of a few. */
function compileShape(shape: Shape, description: string): CompiledSchema {
  const fingerprint = sha256Hex(description);
  let check: CompiledSchema["check"] | undefined;
  let freeze: CompiledSchema["freeze"] | undefined;
  let codec: ReturnType<typeof shapeCodec> | undefined;
  const encode: CompiledSchema["encode"] = (value, out) => {
    codec ??= shapeCodec(shape);
    codec.write(value as never, out);
  };
  return Object.freeze({
    check: (value: unknown) => {
      check ??= checkerOf(shape);
      return check(value);
    },
    freeze: (value: unknown) => {
      freeze ??= generateFreeze(shape) ?? freezer(shape);
      freeze(value);
    },
    encode,
    decode: (bytes: Uint8Array) => {
      const input = new ByteReader(bytes, "a slot value");
      codec ??= shapeCodec(shape);
      const value = codec.read(input);
      input.end();
      return value;
    },
    digest: digester(encode, fingerprint),
    arraysOf: guardedArrays(shape),
    fingerprint,
  });
}

function checkerOf(shape: Shape): CompiledSchema["check"] {
  const explain = explainer(shape);
  const fits = generateFits(shape);
  if (fits === undefined) return explain;
  return (value) => (fits(value) ? undefined : explained(explain(value)));
}

/** The generated checker said no: if asking again says yes, the value changes while it is looked at. */
function explained(failure: CheckFailure | undefined): CheckFailure {
  return failure ?? { path: "", expected: "a value that stays the same when read twice", found: "one that changed" };
}

function digester(encode: CompiledSchema["encode"], fingerprint: string): (value: unknown) => string {
  const prefix = Buffer.from(fingerprint, "hex");
  return (value) => {
    const out = new ByteWriter();
    out.bytes(prefix);
    encode(value, out);
    return sha256Hex(out.view());
  };
}

function notCompilable({ path, found, hint }: SchemaProblem): GraphError {
  return new GraphError(`schema is outside the closed value universe${path === "" ? "" : ` at "${path}"`}: ${found}`, {
    code: "TENON1163",
    category: "definition",
    detail: `expected plain records, arrays, scalars, columns, batches or snapshots, found ${found}`,
    hint,
  });
}
