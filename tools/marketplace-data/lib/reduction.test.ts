import fc from "fast-check";
import { expect, test } from "vitest";
import { neighbourRecall } from "./neighbour-recall.ts";
import { type Matrix, principalAxes, project } from "./principal-axes.ts";
import { quantiseRow } from "./quantise.ts";

const COLUMNS = 5;
const matrices: fc.Arbitrary<Matrix> = fc
  .array(fc.tuple(...Array.from({ length: COLUMNS }, () => fc.integer({ min: -50, max: 50 }))), {
    minLength: 12,
    maxLength: 30,
  })
  .map((rows) => ({ values: Float64Array.from(rows.flat()), rows: rows.length, columns: COLUMNS }));

function dot(matrix: Matrix, left: number, right: number): number {
  let sum = 0;
  for (let column = 0; column < matrix.columns; column++) {
    sum += (matrix.values[left * matrix.columns + column] ?? 0) * (matrix.values[right * matrix.columns + column] ?? 0);
  }
  return sum;
}

test("the axes are orthonormal and their variances fall", () => {
  fc.assert(
    fc.property(matrices, (data) => {
      const { axes, mean } = principalAxes(data, COLUMNS);
      for (let left = 0; left < COLUMNS; left++) {
        for (let right = 0; right < COLUMNS; right++)
          expect(dot(axes, left, right)).toBeCloseTo(left === right ? 1 : 0, 8);
      }
      const projected = project(data, mean, axes);
      const variances = Array.from({ length: COLUMNS }, (_, axis) => {
        let sum = 0;
        for (let row = 0; row < data.rows; row++) sum += (projected.values[row * COLUMNS + axis] ?? 0) ** 2;
        return sum / data.rows;
      });
      for (let axis = 1; axis < COLUMNS; axis++)
        expect(variances[axis]).toBeLessThanOrEqual((variances[axis - 1] ?? 0) + 1e-6);
    }),
  );
});

test("all axes together lose nothing: distances between rows stay", () => {
  fc.assert(
    fc.property(matrices, (data) => {
      const { axes, mean } = principalAxes(data, COLUMNS);
      const projected = project(data, mean, axes);
      const distance = ({ values }: Matrix, row: number) => {
        let sum = 0;
        for (let column = 0; column < COLUMNS; column++)
          sum += ((values[column] ?? 0) - (values[row * COLUMNS + column] ?? 0)) ** 2;
        return Math.sqrt(sum);
      };
      for (let row = 0; row < data.rows; row++) expect(distance(projected, row)).toBeCloseTo(distance(data, row), 6);
    }),
  );
});

test("NaN in the source is an error, not a matrix of NaN", () => {
  const values = new Float64Array(10).fill(1);
  values[3] = Number.NaN;
  expect(() => principalAxes({ values, rows: 5, columns: 2 }, 1)).toThrow("look for NaN in the source vectors");
});

test("recall is 1 for the same vectors, and low for vectors of noise", () => {
  const values = Float64Array.from({ length: 200 * 4 }, (_, index) => Math.sin(index * index));
  const noise = Float64Array.from({ length: 200 * 2 }, (_, index) => Math.cos(index * index * 3.7));
  const question = { neighbours: 10, step: 1 };
  expect(neighbourRecall({ values, dimensions: 4 }, { values, dimensions: 4 }, question)).toBe(1);
  expect(neighbourRecall({ values, dimensions: 4 }, { values: noise, dimensions: 2 }, question)).toBeLessThan(0.2);
});

test("a quantised row keeps its direction to within half a step, and zero stays zero", () => {
  const target = new Int8Array(4);
  quantiseRow([0.1, -0.4, 0.2, 0], target, 0);
  expect([...target]).toEqual([32, -127, 64, 0]);
  quantiseRow([0, 0, 0, 0], target, 0);
  expect([...target]).toEqual([0, 0, 0, 0]);
});
