/**
 * The checker and the freezer as generated code. Both only answer or act; `explain.ts` tells why a value does not fit.
 *
 * Every container gets its own small function, so that each sees one shape of object only.
 */
import {
  holdsFreezable,
  type Literal,
  type ObjectShape,
  type RecordShape,
  type Shape,
  type TupleShape,
  tagValues,
  type UnionShape,
} from "./shape.ts";

export type Fits = (value: unknown) => boolean;
export type Freeze = (value: unknown) => void;

/** Literals compared one by one; a longer list is looked up in a Set. */
const LITERALS_INLINE_MAX = 8;

/** Names that generated code can use without a constant. */
const PRELUDE = `"use strict";
const { isFinite, isSafeInteger } = Number;
const { isArray } = Array;
const { freeze, getPrototypeOf, getOwnPropertySymbols } = Object;
const plain = Object.prototype, list = Array.prototype;
`;

let generatedCount = 0;

/**
 * Compiles the checker. `undefined` where the host forbids code from strings (`--disallow-code-generation-from-strings`).
 */
export function generateFits(shape: Shape): Fits | undefined {
  const code = new Code();
  return code.compile<Fits>(code.fits(shape, "value"));
}

/** Compiles the freezer of a value that fits; see {@link generateFits}. */
export function generateFreeze(shape: Shape): Freeze | undefined {
  const code = new Code();
  return code.compile<Freeze>(code.freeze(shape, "value"));
}

class Code {
  readonly #functions: string[] = [];
  readonly #constants: unknown[] = [];

  compile<Made>(body: string): Made | undefined {
    // V8 shares type feedback between functions of one source text; the number keeps schemas apart.
    const source = `// generated from a slot schema, number ${++generatedCount}\n${PRELUDE}${this.#functions.join("\n")}\nreturn (value) => ${body};`;
    try {
      return new Function("constants", source)(this.#constants) as Made;
    } catch (error) {
      if (error instanceof EvalError) return undefined;
      throw error;
    }
  }

  /** An expression that says whether the variable fits. */
  fits(shape: Shape, variable: string): string {
    return this.#allFit(shape, variable, this.#typeFits(shape, variable));
  }

  /** The same of a value that comes out of an array. */
  elementFits(shape: Shape, variable: string): string {
    return shape.kind === "number"
      ? this.#allFit(shape, variable, elementIsFinite(variable))
      : this.fits(shape, variable);
  }

  #allFit(shape: Shape, variable: string, typeFits: string): string {
    const conditions = [typeFits];
    for (const check of shape.checks) {
      const exact = check.code?.(variable) ?? `${this.#constant(check.test)}(${variable})`;
      conditions.push(check.enough === undefined ? exact : `(${check.enough(variable)} || ${exact})`);
    }
    // Always in parentheses: the expression is negated where it is used.
    return `(${conditions.join(" && ")})`;
  }

  #typeFits(shape: Shape, variable: string): string {
    switch (shape.kind) {
      case "null":
        return `${variable} === null`;
      case "boolean":
      case "string":
      case "bigint":
        return `typeof ${variable} === "${shape.kind}"`;
      case "number":
        return `isFinite(${variable})`;
      case "literal":
        return this.#literalFits(shape.values, variable);
      case "object":
        return this.#call(objectFits(this, shape), variable);
      case "array":
        return this.#call(arrayFits(this, shape.element), variable);
      case "tuple":
        return this.#call(tupleFits(this, shape), variable);
      case "record":
        return this.#call(recordFits(this, shape), variable);
      case "nullable":
        return `(${variable} === null || ${this.fits(shape.inner, variable)})`;
      case "optional":
        return shape.exact
          ? this.fits(shape.inner, variable)
          : `(${variable} === undefined || ${this.fits(shape.inner, variable)})`;
      case "union":
        return this.#unionFits(shape, variable);
      case "guarded":
        return `${this.#constant(shape.fits)}(${variable})`;
    }
  }

  #literalFits(values: readonly Literal[], variable: string): string {
    const distinct = [...new Set(values)];
    if (distinct.length > LITERALS_INLINE_MAX) return `${this.#constant(new Set(distinct))}.has(${variable})`;
    const tests = distinct.map((value) => `${variable} === ${literalCode(value)}`);
    return tests.length === 0 ? "false" : `(${tests.join(" || ")})`;
  }

  #unionFits({ options, discriminator }: UnionShape, variable: string): string {
    if (discriminator !== undefined) {
      return options.reduceRight(
        (otherwise, option) =>
          `(${this.#tagFits(option, discriminator, variable)} ? ${this.fits(option, variable)} : ${otherwise})`,
        "false",
      );
    }
    return `(${options.map((option) => this.fits(option, variable)).join(" || ") || "false"})`;
  }

  /** A statement-like expression that freezes what the variable holds; `""` where nothing can be frozen. */
  freeze(shape: Shape, variable: string): string {
    if (!holdsFreezable(shape)) return "undefined";
    switch (shape.kind) {
      case "object":
        return this.#call(objectFreeze(this, shape), variable);
      case "array":
        return this.#call(arrayFreeze(this, shape.element), variable);
      case "tuple":
        return this.#call(tupleFreeze(this, shape), variable);
      case "record":
        return this.#call(recordFreeze(this, shape), variable);
      case "nullable":
        return `(${variable} === null || ${this.freeze(shape.inner, variable)})`;
      case "optional":
        return `(${variable} === undefined || ${this.freeze(shape.inner, variable)})`;
      case "union":
        return this.#unionFreeze(shape, variable);
      default:
        return "undefined";
    }
  }

  #tagFits(option: Shape, discriminator: string, variable: string): string {
    return this.#literalFits(tagValues(option, discriminator), `${variable}?.[${JSON.stringify(discriminator)}]`);
  }

  /** Freezes by the option of the value's tag, or by the first option that fits, as the codec does. */
  #unionFreeze({ options, discriminator }: UnionShape, variable: string): string {
    const test = (option: Shape): string =>
      discriminator === undefined ? this.fits(option, variable) : this.#tagFits(option, discriminator, variable);
    return options.reduceRight(
      (otherwise, option) => `(${test(option)} ? ${this.freeze(option, variable)} : ${otherwise})`,
      "undefined",
    );
  }

  #constant(value: unknown): string {
    return `constants[${this.#constants.push(value) - 1}]`;
  }

  #call(body: string, variable: string): string {
    const name = `f${this.#functions.length}`;
    this.#functions.push(`function ${name}(v) {\n${body}\n}`);
    return `${name}(${variable})`;
  }
}

const OBJECT_TEST = 'if (typeof v !== "object" || v === null) return false;';

const PLAIN_TEST = "const p = getPrototypeOf(v); if (p !== plain && p !== null) return false;";

// After the read of the length V8 knows the array's map, so that asking for its prototype costs nothing.
const ARRAY_TEST = "if (!isArray(v)) return false; const n = v.length; if (getPrototypeOf(v) !== list) return false;";

/** Finite is what leaves nothing when taken from itself: `isFinite` would box what comes out of an array of doubles. */
function elementIsFinite(variable: string): string {
  return `typeof ${variable} === "number" && ${variable} - ${variable} === 0`;
}

function objectFits(code: Code, { fields }: ObjectShape): string {
  const lines = [OBJECT_TEST, "let n = 0;"];
  const required = fields.filter((field) => !field.optional);
  fields.forEach((field, at) => {
    const read = `const a${at} = v[${JSON.stringify(field.name)}];`;
    const fits = code.fits(field.shape, `a${at}`);
    if (field.optional)
      lines.push(`if (${JSON.stringify(field.name)} in v) { ${read} if (!${fits}) return false; n++; }`);
    else lines.push(`${read} if (!${fits}) return false;`);
  });
  // All required fields are present once their values fit, because no shape without `optional` takes undefined.
  // After those reads V8 knows the object's map, so that asking for its prototype costs nothing; before, it is a call.
  lines.push(PLAIN_TEST, `n += ${required.length};`, "for (const k in v) n--;", "return n === 0;");
  return lines.join("\n");
}

function arrayFits(code: Code, element: Shape): string {
  if (element.kind === "number" && element.checks.length === 0) return NUMBERS_FIT;
  return `${ARRAY_TEST}
for (let i = 0; i < v.length; i++) { const e = v[i]; if (!${code.elementFits(element, "e")}) return false; }
return true;`;
}

const NUMBERS_AT_ONCE = 8;

/** Bare numbers (embeddings, series) are looked at in groups: the loop around a test costs as much as the test. */
const NUMBERS_FIT = ((): string => {
  const group = Array.from({ length: NUMBERS_AT_ONCE }, (_, at) => `e${at}`);
  const reads = group.map((each, at) => `${each} = v[i + ${at}]`).join(", ");
  const areNumbers = group.map((each) => `typeof ${each} === "number"`).join(" && ");
  const nothingLeft = `${group.map((each) => `(${each} - ${each})`).join(" + ")} === 0`;
  return `${ARRAY_TEST}
let i = 0;
for (; i < v.length - ${NUMBERS_AT_ONCE - 1}; i += ${NUMBERS_AT_ONCE}) { const ${reads}; if (!(${areNumbers} && ${nothingLeft})) return false; }
for (; i < v.length; i++) { const e = v[i]; if (!(${elementIsFinite("e")})) return false; }
return true;`;
})();

function tupleFits(code: Code, { items, lengthMin, rest }: TupleShape): string {
  const lines = [ARRAY_TEST, `if (n < ${lengthMin}) return false;`];
  if (rest === undefined) lines.push(`if (n > ${items.length}) return false;`);
  items.forEach((item, at) => {
    lines.push(`if (n > ${at}) { const e = v[${at}]; if (!${code.fits(item, "e")}) return false; }`);
  });
  if (rest !== undefined) {
    lines.push(
      `for (let i = ${items.length}; i < n; i++) { const e = v[i]; if (!${code.fits(rest, "e")}) return false; }`,
    );
  }
  lines.push("return true;");
  return lines.join("\n");
}

function recordFits(code: Code, { key, value }: RecordShape): string {
  return `${OBJECT_TEST}
${PLAIN_TEST}
if (getOwnPropertySymbols(v).length > 0) return false;
for (const k in v) {
if (k === "__proto__" || !${code.fits(key, "k")}) return false;
const e = v[k]; if (!${code.fits(value, "e")}) return false;
}
return true;`;
}

function objectFreeze(code: Code, { fields }: ObjectShape): string {
  const lines: string[] = [];
  fields.forEach((field, at) => {
    if (!holdsFreezable(field.shape)) return;
    const test = field.optional ? `if (a${at} !== undefined) ` : "";
    lines.push(`const a${at} = v[${JSON.stringify(field.name)}]; ${test}${code.freeze(field.shape, `a${at}`)};`);
  });
  lines.push("freeze(v);");
  return lines.join("\n");
}

function arrayFreeze(code: Code, element: Shape): string {
  if (!holdsFreezable(element)) return "freeze(v);";
  return `for (let i = 0; i < v.length; i++) { const e = v[i]; ${code.freeze(element, "e")}; }\nfreeze(v);`;
}

function tupleFreeze(code: Code, { items, rest }: TupleShape): string {
  const lines = items.map((item, at) =>
    holdsFreezable(item) ? `if (v.length > ${at}) { const e = v[${at}]; ${code.freeze(item, "e")}; }` : "",
  );
  if (rest !== undefined && holdsFreezable(rest)) {
    lines.push(`for (let i = ${items.length}; i < v.length; i++) { const e = v[i]; ${code.freeze(rest, "e")}; }`);
  }
  return [...lines, "freeze(v);"].join("\n");
}

function recordFreeze(code: Code, { value }: RecordShape): string {
  if (!holdsFreezable(value)) return "freeze(v);";
  return `for (const k in v) { const e = v[k]; ${code.freeze(value, "e")}; }\nfreeze(v);`;
}

function literalCode(value: Literal): string {
  return typeof value === "bigint" ? `${value}n` : JSON.stringify(value);
}
