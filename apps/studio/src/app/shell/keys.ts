import { useEffect, useRef } from "react";

type Keys = Readonly<Record<string, (event: KeyboardEvent) => void>>;

/** Keys of the whole page. While somebody types, only those with a modifier and Escape are heard. */
export function useKeys(keys: Keys): void {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      const mod = event.metaKey || event.ctrlKey;
      const target = event.target as HTMLElement;
      const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || target.isContentEditable;
      if (typing && !mod && event.key !== "Escape") return;
      if (event.altKey) return;
      const heard = latest.current[mod ? `mod+${event.key.toLowerCase()}` : event.key];
      if (heard === undefined) return;
      event.preventDefault();
      heard(event);
    };
    addEventListener("keydown", listen);
    return () => removeEventListener("keydown", listen);
  }, []);
}
