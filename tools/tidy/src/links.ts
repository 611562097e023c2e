/** A link from one Markdown file to a place in the repository. */
export interface Link {
  readonly from: string;
  readonly line: number;
  readonly target: string;
}

const FENCE = /^\s*(?:```|~~~)/;
const LINK = /!?\[[^\]]*\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g;
const DEFINITION = /^\s*\[[^\]]+\]:\s*(\S+)/;
const OUTSIDE = /^(?:[a-z][a-z0-9+.-]*:|\/\/)/i;

/** Links of a Markdown text that lead into the repository; code blocks and inline code hold none. */
export function linksIn(from: string, text: string): readonly Link[] {
  const links: Link[] = [];
  let inCode = false;
  text.split("\n").forEach((row, index) => {
    if (FENCE.test(row)) inCode = !inCode;
    if (inCode) return;
    const prose = row.replace(/`[^`]*`/g, "");
    const targets = [...prose.matchAll(LINK)].map((match) => match[1] ?? "");
    const definition = DEFINITION.exec(prose)?.[1];
    for (const target of definition === undefined ? targets : [...targets, definition]) {
      if (!OUTSIDE.test(target)) links.push({ from, line: index + 1, target });
    }
  });
  return links;
}

/** Anchors that the headings of a Markdown text give, as code hosts make them. */
export function anchorsIn(text: string): ReadonlySet<string> {
  const anchors = new Set<string>();
  const counts = new Map<string, number>();
  let inCode = false;
  for (const row of text.split("\n")) {
    if (FENCE.test(row)) inCode = !inCode;
    const heading = inCode ? undefined : /^#{1,6}\s+(.*?)\s*#*$/.exec(row)?.[1];
    if (heading === undefined) continue;
    const words = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
    const anchor = words.replace(/[^\p{L}\p{N}\s_-]/gu, "").replace(/\s/g, "-");
    const count = counts.get(anchor) ?? 0;
    anchors.add(count === 0 ? anchor : `${anchor}-${count}`);
    counts.set(anchor, count + 1);
  }
  return anchors;
}
