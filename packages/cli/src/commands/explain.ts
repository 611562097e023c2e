import { cliError } from "../cli-error.ts";
import { ExitCode } from "../exit-code.ts";
import { colorsFor } from "../output/colors.ts";
import { type ErrorPage, errorPages } from "../output/error-pages.ts";
import { jsonText } from "../output/json.ts";
import { nearest } from "../output/nearest.ts";
import { tableLines } from "../output/table.ts";
import type { Terminal } from "../terminal.ts";

export interface ExplainOptions {
  readonly json?: boolean;
}

/** `tenon explain [code]`: the page of an error code, or the list of all. */
export async function explain(
  asked: string | undefined,
  options: ExplainOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const pages = errorPages();
  if (asked === undefined) {
    terminal.out(
      options.json ? jsonText({ codes: pages.map(({ code, title }) => ({ code, title })) }) : listOf(pages, terminal),
    );
    return ExitCode.pass;
  }
  const page = pageOf(asked, pages);
  terminal.out(options.json ? jsonText(page) : markdownForTerminal(page.markdown, terminal));
  return ExitCode.pass;
}

/** Understands `1004` and `tenon1004`, too. */
function pageOf(asked: string, pages: readonly ErrorPage[]): ErrorPage {
  const code = /^\d{4}$/.test(asked) ? `TENON${asked}` : asked.toUpperCase();
  const page = pages.find((each) => each.code === code);
  if (page !== undefined) return page;
  const codes = pages.map((each) => each.code);
  throw cliError("unknownCode", {
    message: `there is no error code "${asked}"`,
    detail: "a code is TENON and four digits",
    hint: (code.startsWith("TENON") ? nearest(code, codes) : undefined) ?? "`tenon explain` lists them",
  });
}

function listOf(pages: readonly ErrorPage[], { color }: Terminal): string {
  const rows = pages.map(({ code, title }) => [code, title]);
  return `${tableLines([{ title: "code" }, { title: "means" }], rows, { head: colorsFor(color).dim }).join("\n")}\n`;
}

/** Markdown is readable as it is: headings are only made bold where colours are wanted. */
function markdownForTerminal(markdown: string, { color }: Terminal): string {
  const { bold, dim } = colorsFor(color);
  let inCode = false;
  const lines = markdown
    .trimEnd()
    .split("\n")
    .map((line) => {
      if (line.startsWith("```")) {
        inCode = !inCode;
        return dim(line);
      }
      return !inCode && line.startsWith("#") ? bold(line.replace(/^#+ /, "")) : line;
    });
  return `${(color ? lines : markdown.trimEnd().split("\n")).join("\n")}\n`;
}
