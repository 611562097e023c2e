import type { Compared } from "../../data/parts.ts";

/** How far a value is from its threshold, as a picture. Nothing where they are not both numbers. */
export function Gauge({ value, threshold }: { readonly value: Compared; readonly threshold: Compared }) {
  if (typeof value !== "number" || typeof threshold !== "number") return null;
  const top = Math.max(Math.abs(value), Math.abs(threshold)) * 1.08 || 1;
  const at = (part: number) => `${(Math.max(0, part) / top) * 100}%`;
  return (
    <span className="gauge" aria-hidden="true">
      <span className="value" style={{ width: at(value) }} />
      <span className="threshold" style={{ left: at(threshold) }} />
    </span>
  );
}
