/** More names in one message would hide the first. */
const NAMES_MAX = 3;

export function listed(names: readonly string[]): string {
  const shown = names
    .slice(0, NAMES_MAX)
    .map((name) => `"${name}"`)
    .join(", ");
  return names.length > NAMES_MAX ? `${shown} and ${names.length - NAMES_MAX} more` : shown;
}
