/** Index files: named, checked, aligned sections. Every part of a segment writes and reads its own. */
export type { FileFacts } from "./layout.ts";
export { type ReadOptions, readSections } from "./read-sections.ts";
export { SectionFile, sectionsInMemory } from "./section-file.ts";
export type { Section, SectionOf, SectionSource, Sections, SectionType } from "./section-types.ts";
export { type FileContent, type SectionSink, type WrittenFile, writeSections } from "./write-sections.ts";
