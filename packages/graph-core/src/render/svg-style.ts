import type { OwnerLook } from "./palette.ts";

const FONT = `Inter, system-ui, -apple-system, "Segoe UI", Roboto, Helvetica, Arial, sans-serif`;

interface Theme {
  readonly page: string;
  readonly card: string;
  readonly edge: string;
  readonly strong: string;
  readonly text: string;
  readonly muted: string;
  readonly line: string;
  readonly warn: string;
  readonly tint: number;
}

const LIGHT: Theme = {
  page: "#ffffff",
  card: "#ffffff",
  edge: "#c3cad4",
  strong: "#27313f",
  text: "#17202b",
  muted: "#566273",
  line: "#8792a2",
  warn: "#a33c00",
  tint: 0.09,
};

const DARK: Theme = {
  page: "#11151b",
  card: "#1a2029",
  edge: "#3b4654",
  strong: "#dfe6ef",
  text: "#eef2f7",
  muted: "#a3afbf",
  line: "#79869a",
  warn: "#ffab7a",
  tint: 0.17,
};

/** Style rules without custom properties and nesting, which viewers other than browsers do not know. */
export function svgStyle(looks: readonly OwnerLook[]): string {
  return [
    `text{font-family:${FONT}}`,
    ".name{font-size:13px;font-weight:650}.small{font-size:11px}.label{font-size:10.5px}",
    ".title{font-size:24px;font-weight:700}.lead{font-size:14px}",
    ".card,.way,.rim{stroke-width:1.2}.way,.rim{fill:none}.way{stroke-linejoin:round}",
    ".way{stroke-width:1.5}.way.batch{stroke-width:3}.way.optional{stroke-dasharray:5 4}",
    ".rim.conditional{stroke-dasharray:6 4}.rim.shadow{stroke-dasharray:2 3}.rim.critical{stroke-width:2}",
    ".gone{text-decoration:line-through}",
    ...looks.map(({ index, colour }) => `.fill-${index}{fill:${colour}}.line-${index}{stroke:${colour}}`),
    ...themeRules(LIGHT),
    `@media (prefers-color-scheme:dark){${themeRules(DARK).join("")}}`,
  ].join("\n");
}

function themeRules(theme: Theme): readonly string[] {
  return [
    `.page{fill:${theme.page}}.card{fill:${theme.card}}.tint{fill-opacity:${theme.tint}}`,
    `.rim{stroke:${theme.edge}}.rim.critical{stroke:${theme.strong}}.rim.end{stroke:${theme.line}}`,
    `.text{fill:${theme.text}}.muted{fill:${theme.muted}}.warn{fill:${theme.warn}}`,
    `.pill{fill:${theme.edge};fill-opacity:.45}.pill.critical{fill:${theme.strong};fill-opacity:1}.inverse{fill:${theme.page}}`,
    `.line-host{stroke:${theme.line}}.fill-host{fill:${theme.line}}.glyph{stroke:${theme.muted};fill:none;stroke-width:1.4}`,
    `.cut{stroke:${theme.page}}`,
  ];
}
