import type { AnySlot } from "../contract/slot.ts";

export function fingerprintOf(_slot: AnySlot): string | null {
  return null;
}
