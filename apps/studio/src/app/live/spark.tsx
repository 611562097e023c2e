const WIDTH = 160;
const HEIGHT = 34;

/** A line without axes; its label says the numbers. */
export function Spark({ values, label }: { readonly values: readonly number[]; readonly label: string }) {
  const most = Math.max(...values, 0) || 1;
  const step = WIDTH / Math.max(1, values.length - 1);
  const points = values.map(
    (value, at) => `${(at * step).toFixed(1)},${(HEIGHT - 2 - (value / most) * (HEIGHT - 6)).toFixed(1)}`,
  );
  return (
    <svg className="spark" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={label}>
      <polyline points={`0,${HEIGHT} ${points.join(" ")} ${WIDTH},${HEIGHT}`} className="area" />
      <polyline points={points.join(" ")} className="stroke" />
    </svg>
  );
}
