import { useEffect, useState } from "react";

const DARK = "(prefers-color-scheme: dark)";

/** Sets the colours of the page: as the address says, else as the system does. */
export function useTheme(asked: string | undefined): void {
  const [dark, setDark] = useState(() => matchMedia(DARK).matches);
  useEffect(() => {
    const query = matchMedia(DARK);
    const listen = () => setDark(query.matches);
    query.addEventListener("change", listen);
    return () => query.removeEventListener("change", listen);
  }, []);
  const theme = asked === "dark" || asked === "light" ? asked : dark ? "dark" : "light";
  useEffect(() => {
    document.documentElement.dataset["theme"] = theme;
  }, [theme]);
}

export function shownTheme(): "light" | "dark" {
  return document.documentElement.dataset["theme"] === "dark" ? "dark" : "light";
}
