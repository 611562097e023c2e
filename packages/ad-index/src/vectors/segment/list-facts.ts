/** Where the rows of a list lie on average, and how far around. */
import { componentAt, type RowSource } from "./row-source.ts";

/** Mean of each list's rows: its product with a query is the mean score of the list. */
export function meansOf(source: RowSource, lists: Int32Array, listSizes: Int32Array): Float64Array {
  const { components } = source;
  const means = new Float64Array(listSizes.length * components);
  for (let place = 0; place < lists.length; place++) {
    const at = (lists[place] as number) * components;
    for (let axis = 0; axis < components; axis++)
      means[at + axis] = (means[at + axis] as number) + componentAt(source, place, axis);
  }
  for (let list = 0; list < listSizes.length; list++) {
    const count = Math.max(1, listSizes[list] as number);
    for (let axis = 0; axis < components; axis++)
      means[list * components + axis] = (means[list * components + axis] as number) / count;
  }
  return means;
}

/** Root mean square distance of each list's rows from their mean. */
export function spreadsOf(
  source: RowSource,
  lists: Int32Array,
  means: Float64Array,
  listSizes: Int32Array,
): Float32Array {
  const { components } = source;
  const squares = new Float64Array(listSizes.length);
  for (let place = 0; place < lists.length; place++) {
    const list = lists[place] as number;
    let sum = 0;
    for (let axis = 0; axis < components; axis++)
      sum += (componentAt(source, place, axis) - (means[list * components + axis] as number)) ** 2;
    squares[list] = (squares[list] as number) + sum;
  }
  return Float32Array.from(squares, (sum, list) => Math.sqrt(sum / Math.max(1, listSizes[list] as number)));
}
