/** Sections: named values, the form in which the parts of a segment are stored and loaded. */

/** Code of each type in messages and headers; the array that views it. Numbers are little-endian, texts UTF-8. */
export const SECTION_ARRAYS = {
  i8: Int8Array,
  u8: Uint8Array,
  u16: Uint16Array,
  i32: Int32Array,
  u32: Uint32Array,
  f32: Float32Array,
  f64: Float64Array,
} as const;

/** Over any memory, shared memory included. */
interface SectionArrays {
  readonly i8: Int8Array;
  readonly u8: Uint8Array;
  readonly u16: Uint16Array;
  readonly i32: Int32Array;
  readonly u32: Uint32Array;
  readonly f32: Float32Array;
  readonly f64: Float64Array;
}

export type SectionArrayType = keyof SectionArrays;
export type SectionType = SectionArrayType | "utf8";
export type SectionOf<Type extends SectionType> = Type extends SectionArrayType ? SectionArrays[Type] : string;
export type Section = SectionOf<SectionType>;
/** By name. A part's names begin with a prefix of its own: `forward.f64`. */
export type Sections = Readonly<Record<string, Section>>;

const TYPE_OF = new Map<unknown, SectionArrayType>(
  Object.entries(SECTION_ARRAYS).map(([type, array]) => [array, type as SectionArrayType]),
);

/** `undefined` for a value that no section can hold. */
export function sectionTypeOf(section: unknown): SectionType | undefined {
  if (typeof section === "string") return "utf8";
  return TYPE_OF.get((section as object | null)?.constructor);
}

/** The same sections, each name behind `prefix` and a dot. */
export function prefixed(prefix: string, sections: Sections): Sections {
  return Object.fromEntries(Object.entries(sections).map(([name, section]) => [`${prefix}.${name}`, section]));
}
