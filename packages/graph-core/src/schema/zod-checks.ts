/** zod's checks as conditions. Well-known ones become code; the others are asked through zod's own check function. */
import type { ValueCheck } from "./shape.ts";
import type { CheckPayload, ZodCheck } from "./zod-internals.ts";

type CheckDef = Readonly<Record<string, unknown>>;

const INTEGER_RANGES: Readonly<Record<string, readonly [number, number]>> = {
  int32: [-2147483648, 2147483647],
  uint32: [0, 4294967295],
  safeint: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
};

export function readCheck(check: ZodCheck, on: string): ValueCheck {
  const { def } = check._zod;
  switch (def.check) {
    case "greater_than":
    case "less_than":
      return typeof def.value === "number" ? bound(def, def.value) : asked(check, boundText(def));
    case "number_format":
      return numberFormat(check, def);
    case "min_length":
    case "max_length":
    case "length_equals":
      return on === "array" ? arrayLength(def) : textLength(check, def);
    case "string_format":
      return def.format === "regex" ? pattern(check, def) : asked(check, describeOther(def));
    default:
      return asked(check, describeOther(def));
  }
}

function bound(def: CheckDef, limit: number): ValueCheck {
  const sign = comparison(def);
  const test = COMPARISONS[sign];
  return {
    test: (value: number) => test(value, limit),
    expected: `a number ${sign} ${limit}`,
    description: `${sign}${limit}`,
    code: (variable) => `${variable} ${sign} ${limit}`,
  };
}

type Comparison = "<" | "<=" | ">" | ">=";

const COMPARISONS: Readonly<Record<Comparison, (value: number, limit: number) => boolean>> = {
  "<": (value, limit) => value < limit,
  "<=": (value, limit) => value <= limit,
  ">": (value, limit) => value > limit,
  ">=": (value, limit) => value >= limit,
};

function comparison(def: CheckDef): Comparison {
  if (def.check === "greater_than") return def.inclusive ? ">=" : ">";
  return def.inclusive ? "<=" : "<";
}

function boundText(def: CheckDef): string {
  return `a value ${comparison(def)} ${String(def.value)}`;
}

function numberFormat(check: ZodCheck, def: CheckDef): ValueCheck {
  const format = String(def.format);
  const range = INTEGER_RANGES[format];
  if (range === undefined) return asked(check, `a ${format} number`);
  const [least, most] = range;
  return {
    test: (value: number) => Number.isSafeInteger(value) && value >= least && value <= most,
    expected: format === "safeint" ? "a safe integer" : `an integer from ${least} to ${most}`,
    description: format,
    code: (variable) =>
      format === "safeint"
        ? `isSafeInteger(${variable})`
        : `isSafeInteger(${variable}) && ${variable} >= ${least} && ${variable} <= ${most}`,
  };
}

function arrayLength(def: CheckDef): ValueCheck {
  const [sign, limit] =
    def.check === "min_length"
      ? [">=", def.minimum]
      : def.check === "max_length"
        ? ["<=", def.maximum]
        : ["===", def.length];
  const length = Number(limit);
  return {
    test: (value: readonly unknown[]) =>
      sign === ">=" ? value.length >= length : sign === "<=" ? value.length <= length : value.length === length,
    expected: lengthText(def, "elements"),
    description: `length${sign}${length}`,
    code: (variable) => `${variable}.length ${sign} ${length}`,
  };
}

/** Of a text zod counts code points, which are one or two units each: most texts are long or short enough by their units. */
function textLength(check: ZodCheck, def: CheckDef): ValueCheck {
  const made = asked(check, lengthText(def, "characters"));
  if (def.check === "min_length") return { ...made, enough: (text) => `${text}.length >= ${2 * Number(def.minimum)}` };
  if (def.check === "max_length") return { ...made, enough: (text) => `${text}.length <= ${Number(def.maximum)}` };
  return made;
}

/** Patterns with a memory of where they stopped (`g`, `y`) are zod's to reset. */
function pattern(check: ZodCheck, def: CheckDef): ValueCheck {
  const made = asked(check, describeOther(def));
  const { pattern: tested } = def;
  if (!(tested instanceof RegExp) || tested.global || tested.sticky) return made;
  return { ...made, enough: (text) => `${String(tested)}.test(${text})` };
}

function lengthText(def: CheckDef, things: string): string {
  if (def.check === "min_length") return `at least ${String(def.minimum)} ${things}`;
  if (def.check === "max_length") return `at most ${String(def.maximum)} ${things}`;
  return `exactly ${String(def.length)} ${things}`;
}

/** A check asked through zod. A check that would change the value, or answer later, is not met (S1 of shape.ts). */
function asked(check: ZodCheck, expected: string): ValueCheck {
  const when = check._zod.def.when as ((payload: CheckPayload) => boolean) | undefined;
  const test = (value: unknown): boolean => {
    const payload: CheckPayload = { value, issues: [] };
    if (when !== undefined && !when(payload)) return true;
    const later = check._zod.check(payload);
    return !(later instanceof Promise) && payload.issues.length === 0 && Object.is(payload.value, value);
  };
  return { test, expected, description: expected };
}

function describeOther(def: CheckDef): string {
  const name = String(def.check);
  switch (name) {
    case "string_format":
      return `a string of format ${String(def.format)}${patternText(def)}`;
    case "multiple_of":
      return `a multiple of ${String(def.value)}`;
    case "bigint_format":
      return `a bigint of ${String(def.format)}`;
    case "overwrite":
      return "a value that needs no clean-up (trim, lower case, …)";
    case "custom":
    case "undefined":
      return "a value that passes its refinement";
    default:
      return `a value that passes "${name}"`;
  }
}

function patternText(def: CheckDef): string {
  return def.pattern instanceof RegExp ? ` ${String(def.pattern)}` : "";
}
