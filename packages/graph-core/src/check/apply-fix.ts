import type { Fix } from "./diagnostic.ts";

/** A stretch of a text: offsets, and lines and columns from 1. */
export interface Region {
  readonly start: number;
  readonly end: number;
  readonly startLine: number;
  readonly startColumn: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** Where in a file's text a fix applies: the first occurrence of what it replaces, from its place on. */
export function regionOf(fix: Fix, text: string): Region | undefined {
  const lines = text.split("\n");
  const before = lines.slice(0, fix.place.line - 1).reduce((sum, line) => sum + line.length + 1, 0);
  const start = text.indexOf(fix.replace, before + fix.place.column - 1);
  if (start < 0) return undefined;
  const end = start + fix.replace.length;
  const [startLine, startColumn] = positionOf(text, start);
  const [endLine, endColumn] = positionOf(text, end);
  return { start, end, startLine, startColumn, endLine, endColumn };
}

/** The text with the fix applied; unchanged when what it replaces is not there any more. */
export function applyFix(text: string, fix: Fix): string {
  const region = regionOf(fix, text);
  return region === undefined ? text : text.slice(0, region.start) + fix.with + text.slice(region.end);
}

function positionOf(text: string, offset: number): [line: number, column: number] {
  const before = text.slice(0, offset);
  return [before.split("\n").length, offset - before.lastIndexOf("\n")];
}
