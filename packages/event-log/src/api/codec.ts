/** Values as UTF-8 JSON, checked by compiled code on both ways. */
import type { CompiledSchema, Shape } from "@tenon/graph-core/internal";
import { valueDoesNotFit } from "../errors.ts";
import type { LogRecord } from "./event-log.ts";
import { bigintMender, holdsBigint, rollbackMender } from "./json-form.ts";
import { SCHEMA_HEADER } from "./limits.ts";
import type { Decoded, UnreadableReason } from "./unreadable.ts";

interface CodecOptions {
  readonly name: string;
  readonly owner: string;
  readonly shape: Shape;
  readonly compiled: CompiledSchema;
  readonly compatible: readonly string[];
}

interface JsonCodec<Value> {
  encode(value: Value): Uint8Array;
  decode(record: Pick<LogRecord, "value" | "headers">): Decoded<Value>;
}

const strictUtf8 = new TextDecoder("utf-8", { fatal: true });

export function jsonCodec<Value>({ name, owner, shape, compiled, compatible }: CodecOptions): JsonCodec<Value> {
  const known = new Set(compatible);
  const mend = bigintMender(shape);
  const mendOther = rollbackMender(shape);
  const stringify = holdsBigint(shape)
    ? (value: unknown) => JSON.stringify(value, safeInteger(name, owner))
    : JSON.stringify;
  return {
    encode(value) {
      const failure = compiled.check(value);
      if (failure !== undefined) throw valueDoesNotFit(name, owner, failure.path, failure.expected, failure.found);
      return Buffer.from(stringify(value), "utf8");
    },
    decode({ value, headers }) {
      const fingerprint = headers[SCHEMA_HEADER];
      const own = fingerprint === undefined || fingerprint === compiled.fingerprint;
      if (!own && !known.has(fingerprint))
        return unreadable(
          "schemaUnknown",
          `written with schema ${fingerprint.slice(0, 64)}, which the topic does not know`,
        );
      let text: string;
      try {
        text = strictUtf8.decode(value);
      } catch {
        return unreadable("notText", `${value.byteLength} bytes that are not UTF-8`);
      }
      let parsed: unknown;
      try {
        parsed = JSON.parse(text);
      } catch {
        // The parser's own words would quote the value.
        return unreadable("notJson", `${value.byteLength} bytes that are not JSON`);
      }
      if (!own) parsed = mendOther(parsed);
      else if (mend !== undefined) parsed = mend(parsed);
      const failure = compiled.check(parsed);
      if (failure === undefined) return { value: parsed as Value };
      const place = failure.path === "" ? "" : ` at "${failure.path}"`;
      return unreadable("doesNotFit", `expected ${failure.expected}${place}, found ${failure.found}`);
    },
  };
}

function unreadable(
  reason: UnreadableReason,
  detail: string,
): { readonly unreadable: { reason: UnreadableReason; detail: string } } {
  return { unreadable: { reason, detail } };
}

/** J1: a bigint beyond 2^53 would come back as another number. */
function safeInteger(name: string, owner: string): (key: string, value: unknown) => unknown {
  return (key, value) => {
    if (typeof value !== "bigint") return value;
    const number = Number(value);
    if (Number.isSafeInteger(number)) return number;
    throw valueDoesNotFit(name, owner, key, "an integer between -(2^53 - 1) and 2^53 - 1", "one beyond");
  };
}
