/** What a section may hold, and how it is asked for. */

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

/** Where a part reads its sections from: a file, or memory. */
export interface SectionSource {
  /**
   * A view, not a copy: nobody may write to it.
   *
   * @throws GraphError TENON1430 when there is no such section, or it is of another type
   */
  section<const Type extends SectionType>(name: string, type: Type): SectionOf<Type>;
}

const TYPE_OF = new Map<unknown, SectionArrayType>(
  Object.entries(SECTION_ARRAYS).map(([type, array]) => [array, type as SectionArrayType]),
);

/** `undefined` for a value that no section can hold. */
export function sectionTypeOf(section: unknown): SectionType | undefined {
  if (typeof section === "string") return "utf8";
  return TYPE_OF.get((section as object | null)?.constructor);
}
