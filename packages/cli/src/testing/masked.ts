/** Before this, times of seeded data; from then on, times of the run. */
const NOW = /\b20(2[4-9]|[3-9]\d)-\d\d-\d\dT[\d:]{8}Z/g;

/** A text without what differs from run to run: times, ages, and the widths of columns that hold them. */
export function masked(text: string): string {
  return text
    .replaceAll(NOW, "NOW")
    .replaceAll(/\b\d+ (ms|s|min)\b/g, "N s")
    .replaceAll(/(?<=\S) {2,}/g, "  ");
}
