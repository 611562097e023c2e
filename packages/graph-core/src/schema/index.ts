export { ByteReader } from "./byte-reader.ts";
export { ByteWriter } from "./byte-writer.ts";
export { type CompiledSchema, compiledSlot, compileSchema, schemaProblems } from "./compile-schema.ts";
export type { CheckFailure } from "./explain.ts";
export { readSchema, type SchemaProblem } from "./read-zod.ts";
export { sha256Hex } from "./sha256.ts";
export type { Shape } from "./shape.ts";
export { decodeValue, encodeValue } from "./value-codec.ts";
