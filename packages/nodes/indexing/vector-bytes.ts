/** Vectors as the repository holds them: float32, little endian. */
import { U8Column } from "@tenon/graph-core";

const BYTES = 4;

export function vectorBytes(vector: readonly number[]): U8Column {
  const bytes = new DataView(new ArrayBuffer(BYTES * vector.length));
  for (const [index, component] of vector.entries()) bytes.setFloat32(BYTES * index, component, true);
  return U8Column.from(new Uint8Array(bytes.buffer));
}

export function vectorOfBytes(column: U8Column): readonly number[] {
  const bytes = new DataView(Uint8Array.from({ length: column.length }, (_, index) => column.at(index)).buffer);
  return Array.from({ length: column.length / BYTES }, (_, index) => bytes.getFloat32(BYTES * index, true));
}
