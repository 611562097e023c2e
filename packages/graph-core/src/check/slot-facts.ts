/** What checks know of a slot's value from its schema. Read once per schema. */
import type { AnySlot } from "../contract/slot.ts";
import { readSchema } from "../schema/read-zod.ts";
import { innerShapes, type Shape } from "../schema/shape.ts";
import type { FeatureSchema } from "../values/feature-schema.ts";
import type { ColumnKind, ValueKind } from "../values/schema-kinds.ts";

const shapes = new WeakMap<object, Shape>();

/** The shape of a slot's value, without `optional` and `nullable` around it. */
export function shapeOf(slot: AnySlot): Shape {
  const schema = slot.schema;
  if (typeof schema !== "object" || schema === null) return readSchema(schema).shape;
  let shape = shapes.get(schema);
  if (shape === undefined) {
    shape = bare(readSchema(schema).shape);
    shapes.set(schema, shape);
  }
  return shape;
}

function bare(shape: Shape): Shape {
  return shape.kind === "optional" || shape.kind === "nullable" ? bare(shape.inner) : shape;
}

function valueKind(slot: AnySlot): ValueKind | undefined {
  const shape = shapeOf(slot);
  return shape.kind === "guarded" ? shape.value : undefined;
}

export type BatchColumns = Readonly<Record<string, ColumnKind>>;

/** The columns of a candidate batch slot; `undefined` for a slot that holds something else. */
export function batchColumnsOf(slot: AnySlot): BatchColumns | undefined {
  const kind = valueKind(slot);
  return kind?.kind === "candidateBatch" ? kind.columns : undefined;
}

export function isBatch(slot: AnySlot): boolean {
  return batchColumnsOf(slot) !== undefined;
}

/** The batches that the columns in a slot's value belong to, by name, each once; columns in records count too. */
export function batchesOfColumns(slot: AnySlot): readonly AnySlot[] {
  let batches = columnBatches.get(slot);
  if (batches === undefined) {
    batches = findBatchesOfColumns(slot);
    columnBatches.set(slot, batches);
  }
  return batches;
}

const columnBatches = new WeakMap<AnySlot, readonly AnySlot[]>();

function findBatchesOfColumns(slot: AnySlot): readonly AnySlot[] {
  const batches = new Map<string, AnySlot>();
  for (const { shape } of fieldsWithin(slot)) {
    if (shape.kind !== "guarded" || shape.value.kind !== "column" || shape.value.of === undefined) continue;
    batches.set(shape.value.of.name, shape.value.of);
  }
  return [...batches.values()];
}

/** The feature schema of a snapshot slot; `undefined` for a slot that holds something else. */
export function featureSchemaOf(slot: AnySlot): FeatureSchema | undefined {
  const kind = valueKind(slot);
  return kind?.kind === "featureSnapshot" ? kind.schema : undefined;
}

/** Every shape inside a slot's value, with the name of the field it stands in (`""` for the value itself). */
export function* fieldsWithin(slot: AnySlot): Iterable<{ readonly name: string; readonly shape: Shape }> {
  const open: { name: string; shape: Shape }[] = [{ name: "", shape: shapeOf(slot) }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { name, shape } = next;
    yield next;
    if (shape.kind === "object") for (const field of shape.fields) open.push({ name: field.name, shape: field.shape });
    else for (const inner of innerShapes(shape)) open.push({ name, shape: inner });
  }
}
