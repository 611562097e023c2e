/** What plain values are, and how errors name them and their places. */

/** Whether a value is an object without a class: only its own fields can hold state. */
export function isPlainRecord(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

export function isPlainArray(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && Object.getPrototypeOf(value) === Array.prototype;
}

/** `user` and `tags` give `user.tags`; `user.tags` and 3 give `user.tags[3]`. */
export function joinPath(path: string, step: string | number): string {
  if (typeof step === "number") return `${path}[${step}]`;
  return path === "" ? step : `${path}.${step}`;
}

/** A short text of what a value is. Never shows the contents of a string. */
export function describeValue(value: unknown): string {
  switch (typeof value) {
    case "string":
      return `a string of ${value.length} characters`;
    case "number":
      return Object.is(value, -0) ? "-0" : String(value);
    case "bigint":
      return `${value}n`;
    case "boolean":
    case "undefined":
      return String(value);
    case "object":
      return describeObject(value);
    default:
      return `a ${typeof value}`;
  }
}

function describeObject(value: object | null): string {
  if (value === null) return "null";
  if (isPlainArray(value)) return `an array of ${value.length}`;
  if (isPlainRecord(value)) return "an object";
  const { type, tenonValue } = value as { readonly type?: unknown; readonly tenonValue?: unknown };
  if (tenonValue === "column") return `a ${String(type)} column`;
  return `an instance of ${value.constructor?.name || "an unnamed class"}`;
}
