/** Index files: named, checked, aligned sections. Every part of a segment writes and reads its own. */
export { readSections } from "./read-sections.ts";
export type { Section, Sections } from "./sections.ts";
export { type FileContent, writeSections } from "./write-sections.ts";
