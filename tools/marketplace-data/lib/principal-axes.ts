/** Principal component analysis by Jacobi rotations: only + - × ÷ and √, which IEEE 754 defines bit for bit, so builds agree. */

/** Row-major matrix of `columns` columns. */
export interface Matrix {
  readonly values: Float64Array;
  readonly rows: number;
  readonly columns: number;
}

/** Off-diagonal mass at which the covariance counts as diagonal, relative to the whole. */
const CONVERGED = 1e-20;
const SWEEPS_MAX = 60;

/** The `count` orthonormal directions of greatest variance, one per row, greatest first; signs fixed (largest component positive). */
export function principalAxes(data: Matrix, count: number): { axes: Matrix; mean: Float64Array } {
  const mean = columnMeans(data);
  const { values: covariance, columns: size } = covarianceOf(data, mean);
  const vectors = new Float64Array(size * size);
  for (let axis = 0; axis < size; axis++) vectors[axis * size + axis] = 1;
  diagonalise(covariance, vectors, size);

  const variances = Array.from({ length: size }, (_, axis) => ({
    axis,
    variance: covariance[axis * size + axis] ?? 0,
  }));
  variances.sort((left, right) => right.variance - left.variance || left.axis - right.axis);
  const axes = new Float64Array(count * size);
  for (let row = 0; row < count; row++) {
    const axis = variances[row]?.axis ?? 0;
    const column = Float64Array.from({ length: size }, (_, index) => vectors[index * size + axis] ?? 0);
    axes.set(signFixed(column), row * size);
  }
  return { axes: { values: axes, rows: count, columns: size }, mean };
}

/** Each row of `data` minus `mean`, in coordinates of `axes`. */
export function project(data: Matrix, mean: Float64Array, axes: Matrix): Matrix {
  const values = new Float64Array(data.rows * axes.rows);
  for (let row = 0; row < data.rows; row++) {
    for (let axis = 0; axis < axes.rows; axis++) {
      let sum = 0;
      for (let column = 0; column < data.columns; column++) {
        sum +=
          ((data.values[row * data.columns + column] ?? 0) - (mean[column] ?? 0)) *
          (axes.values[axis * data.columns + column] ?? 0);
      }
      values[row * axes.rows + axis] = sum;
    }
  }
  return { values, rows: data.rows, columns: axes.rows };
}

function columnMeans({ values, rows, columns }: Matrix): Float64Array {
  const mean = new Float64Array(columns);
  for (let index = 0; index < values.length; index++)
    mean[index % columns] = (mean[index % columns] ?? 0) + (values[index] ?? 0) / rows;
  return mean;
}

function covarianceOf({ values, rows, columns }: Matrix, mean: Float64Array): Matrix {
  const covariance = new Float64Array(columns * columns);
  for (let row = 0; row < rows; row++) {
    for (let left = 0; left < columns; left++) {
      const deviation = (values[row * columns + left] ?? 0) - (mean[left] ?? 0);
      for (let right = left; right < columns; right++) {
        const cell = left * columns + right;
        covariance[cell] =
          (covariance[cell] ?? 0) + (deviation * ((values[row * columns + right] ?? 0) - (mean[right] ?? 0))) / rows;
      }
    }
  }
  for (let left = 0; left < columns; left++) {
    for (let right = 0; right < left; right++)
      covariance[left * columns + right] = covariance[right * columns + left] ?? 0;
  }
  return { values: covariance, rows: columns, columns };
}

/** Cyclic Jacobi: leaves eigenvalues on the diagonal of `matrix`, eigenvectors in the columns of `vectors`. */
function diagonalise(matrix: Float64Array, vectors: Float64Array, size: number): void {
  const scale = matrix.reduce((sum, value) => sum + value * value, 0);
  for (let sweep = 0; sweep < SWEEPS_MAX; sweep++) {
    let rest = 0;
    for (let row = 0; row < size; row++) {
      for (let column = row + 1; column < size; column++) rest += (matrix[row * size + column] ?? 0) ** 2;
    }
    if (rest <= CONVERGED * scale) return;
    for (let row = 0; row < size; row++) {
      for (let column = row + 1; column < size; column++) rotate(matrix, vectors, size, row, column);
    }
  }
  throw new Error(`the covariance did not become diagonal in ${SWEEPS_MAX} sweeps; look for NaN in the source vectors`);
}

function rotate(matrix: Float64Array, vectors: Float64Array, size: number, row: number, column: number): void {
  const offDiagonal = matrix[row * size + column] ?? 0;
  if (offDiagonal === 0) return;
  const ratio = ((matrix[column * size + column] ?? 0) - (matrix[row * size + row] ?? 0)) / (2 * offDiagonal);
  const tangent = (ratio < 0 ? -1 : 1) / (Math.abs(ratio) + Math.sqrt(ratio * ratio + 1));
  const cosine = 1 / Math.sqrt(tangent * tangent + 1);
  const sine = tangent * cosine;
  const turn = (values: Float64Array, first: number, second: number) => {
    const left = values[first] ?? 0;
    const right = values[second] ?? 0;
    values[first] = cosine * left - sine * right;
    values[second] = sine * left + cosine * right;
  };
  for (let index = 0; index < size; index++) turn(matrix, index * size + row, index * size + column);
  for (let index = 0; index < size; index++) turn(matrix, row * size + index, column * size + index);
  for (let index = 0; index < size; index++) turn(vectors, index * size + row, index * size + column);
}

function signFixed(vector: Float64Array): Float64Array {
  let largest = 0;
  for (const value of vector) if (Math.abs(value) > Math.abs(largest)) largest = value;
  return largest < 0 ? vector.map((value) => -value) : vector;
}
