import { F32Column } from "@tenon/graph-core";

/**
 * A direction drawn evenly from the sphere: normal components, scaled to length 1. Normal numbers from even ones by
 * Box and Muller, "A note on the generation of random normal deviates", 1958.
 * `draw(index)`: even in [0, 1), the same for the same index.
 */
export function randomDirection(dimensions: number, draw: (index: number) => number): F32Column {
  // 1 - u lies in (0, 1], where the logarithm is finite.
  const radius = (axis: number): number => Math.sqrt(-2 * Math.log(1 - draw(2 * axis)));
  const components = Array.from(
    { length: dimensions },
    (_, axis) => radius(axis) * Math.cos(2 * Math.PI * draw(2 * axis + 1)),
  );
  const length = Math.sqrt(components.reduce((sum, component) => sum + component * component, 0));
  return F32Column.from(components.map((component) => component / length));
}
