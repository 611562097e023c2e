/** Vectors as the repository holds them: float32, little endian. */
import { U8Column } from "@tenon/graph-core";

const BYTES = 4;

export function vectorBytes(vector: readonly number[]): U8Column {
  const bytes = new DataView(new ArrayBuffer(BYTES * vector.length));
  for (const [index, component] of vector.entries()) bytes.setFloat32(BYTES * index, component, true);
  return U8Column.from(new Uint8Array(bytes.buffer));
}

export function vectorOfBytes(column: U8Column): readonly number[] {
  const bytes = new Uint8Array(column.length);
  for (let index = 0; index < bytes.length; index++) bytes[index] = column.at(index);
  const view = new DataView(bytes.buffer);
  const vector: number[] = [];
  for (let at = 0; at + BYTES <= bytes.length; at += BYTES) vector.push(view.getFloat32(at, true));
  return vector;
}
