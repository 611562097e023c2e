/**
 * Keeps one comment on a pull request: finds its own by the marker in the first line, writes it anew, else adds it.
 *
 *     COMMENT_API=https://api.github.com/repos/OWNER/REPO/issues/NUMBER/comments COMMENT_TOKEN=… node sticky-comment.mjs report.md
 *
 * Plain JavaScript without packages: it runs in any job that has Node. Exits 1, with the answer, where the API refuses.
 */
import { readFileSync } from "node:fs";

const PAGE = 100;
/** A pull request with more comments than this gets a second one rather than a job that never ends. */
const PAGES_MAX = 20;
const ANSWER_MS_MAX = 30_000;

const [file] = process.argv.slice(2);
const { COMMENT_API: api, COMMENT_TOKEN: token } = process.env;
if (file === undefined || !api || !token) {
  process.stderr.write("usage: COMMENT_API=<url> COMMENT_TOKEN=<token> node sticky-comment.mjs <report.md>\n");
  process.exit(2);
}
const body = readFileSync(file, "utf8");
const marker = body.slice(0, body.indexOf("\n"));
if (!marker.startsWith("<!--")) {
  process.stderr.write(`${file} does not begin with a marker; it is no report of tenon\n`);
  process.exit(2);
}

const own = await ownComment();
if (own === undefined) await ask("POST", api, { body });
else await ask("PATCH", own.url, { body });
process.stdout.write(own === undefined ? "comment added\n" : "comment written anew\n");

async function ownComment() {
  for (let page = 1; page <= PAGES_MAX; page++) {
    const comments = await ask("GET", `${api}?per_page=${PAGE}&page=${page}`);
    const found = comments.find((comment) => comment.body?.startsWith(marker));
    if (found !== undefined || comments.length < PAGE) return found;
  }
  return undefined;
}

async function ask(method, url, content) {
  const answer = await fetch(url, {
    method,
    headers: {
      accept: "application/vnd.github+json",
      authorization: `Bearer ${token}`,
      ...(content !== undefined && { "content-type": "application/json" }),
    },
    ...(content !== undefined && { body: JSON.stringify(content) }),
    signal: AbortSignal.timeout(ANSWER_MS_MAX),
  });
  if (!answer.ok) {
    process.stderr.write(
      `${method} ${new URL(url).pathname} was answered ${answer.status}: ${(await answer.text()).slice(0, 500)}\n`,
    );
    process.exit(1);
  }
  return answer.json();
}
