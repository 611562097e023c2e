/** Text on every ground of the heat scale can be read (WCAG 2.2, 1.4.3: 4.5 to 1), whatever a run's times colour. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const CONTRAST_MIN = 4.5;
const theme = readFileSync(new URL("theme.css", import.meta.url), "utf8");
const [light = "", dark = ""] = theme.split('[data-theme="dark"]');

/** Inks that graph.css writes names and lines with, by ground. */
const INKS: Readonly<Record<string, readonly string[]>> = {
  card: ["ink", "ink-2", "ink-3"],
  "bad-soft": ["ink", "ink-2", "bad"],
  "heat-1": ["ink", "ink-2"],
  "heat-2": ["ink", "ink-2"],
  "heat-3": ["ink"],
  "heat-4": ["ink"],
  "heat-5": ["heat-ink-5"],
};

function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [dim = 0, bright = 0] = [luminance(one), luminance(other)].sort((left, right) => left - right);
  return (bright + 0.05) / (dim + 0.05);
}

test.each(["light", "dark"])("every ink on its ground, %s", (name) => {
  const text = name === "light" ? light : dark;
  const colour = (variable: string) => new RegExp(`--${variable}: (#[0-9a-f]{6});`).exec(text)?.[1] ?? "";
  const pairs = Object.entries(INKS).flatMap(([ground, inks]) =>
    inks.map((ink) => ({ pair: `${ink} on ${ground}`, ratio: contrast(colour(ink), colour(ground)) })),
  );
  expect(pairs.filter(({ ratio }) => !(ratio >= CONTRAST_MIN))).toEqual([]);
});
