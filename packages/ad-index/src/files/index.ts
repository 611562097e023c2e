/** Index files: named, checked, aligned sections. Every part of a segment writes and reads its own. */
export { readSections } from "./read-sections.ts";
export { sectionsInMemory } from "./section-file.ts";
export type { Section, SectionSource, Sections } from "./section-types.ts";
export { type FileContent, writeSections } from "./write-sections.ts";
