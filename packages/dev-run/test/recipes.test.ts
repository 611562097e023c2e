/** The comment of a pull request, against a local API that answers as the real one does. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import { COMMENT_MARKER } from "../src/report/render/markdown/render-markdown.ts";

const run = promisify(execFile);
const recipes = join(import.meta.dirname, "../recipes");

interface Comment {
  readonly id: number;
  body: string;
}

let comments: Comment[] = [];
let refused = false;
let asked: string[] = [];
let server: Server;
let api = "";
const folder = mkdtempSync(join(tmpdir(), "tenon-recipe-"));

beforeEach(async () => {
  [comments, asked, refused] = [[], [], false];
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      asked.push(`${request.method} ${request.headers.authorization}`);
      const answer = answerTo(request.method ?? "", new URL(request.url ?? "", api), Buffer.concat(chunks));
      response.writeHead(refused ? 403 : 200, { "content-type": "application/json" });
      response.end(JSON.stringify(refused ? { message: "Resource not accessible" } : answer));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  api = `http://127.0.0.1:${(server.address() as AddressInfo).port}/comments`;
});
afterEach(() => {
  server.close();
  rmSync(join(folder, "report.md"), { force: true });
});

function answerTo(method: string, url: URL, sent: Buffer): unknown {
  const shown = (comment: Comment) => ({ ...comment, url: `${url.origin}/comments/${comment.id}` });
  if (method === "GET") {
    const [size, page] = [Number(url.searchParams.get("per_page")), Number(url.searchParams.get("page"))];
    return comments.slice((page - 1) * size, page * size).map(shown);
  }
  const { body } = JSON.parse(sent.toString()) as { readonly body: string };
  if (method === "POST") comments.push({ id: comments.length + 1, body });
  const found = comments.find(({ id }) => url.pathname.endsWith(`/${id}`));
  if (method === "PATCH" && found !== undefined) found.body = body;
  return {};
}

async function post(body: string): Promise<string> {
  const file = join(folder, "report.md");
  writeFileSync(file, body);
  const env = { ...process.env, COMMENT_API: api, COMMENT_TOKEN: "secret", NODE_OPTIONS: "" };
  const { stdout } = await run(process.execPath, [join(recipes, "sticky-comment.mjs"), file], { env });
  return stdout.trim();
}

test("the first report adds a comment, the next ones write that one anew, others' comments stay", async () => {
  // Somebody quotes the report: that comment is theirs all the same.
  const remark = (at: number) => (at === 60 ? `what of ${COMMENT_MARKER} this report?` : `a remark ${at}`);
  comments = Array.from({ length: 130 }, (_, at) => ({ id: at + 1, body: remark(at) }));
  expect(await post(`${COMMENT_MARKER}\nfirst`)).toBe("comment added");
  expect(await post(`${COMMENT_MARKER}\nsecond`)).toBe("comment written anew");
  expect(comments).toHaveLength(131);
  expect(comments[130]?.body).toBe(`${COMMENT_MARKER}\nsecond`);
  expect(comments.slice(0, 130).every(({ body }, at) => body === remark(at))).toBe(true);
  expect(asked.every((line) => line.endsWith("Bearer secret"))).toBe(true);
});

test("a refused comment fails the job with the answer, and without the token", async () => {
  refused = true;
  const error = await post(`${COMMENT_MARKER}\nfirst`).catch(
    (failed: { readonly stderr: string; readonly code: number }) => failed,
  );
  expect(error).toMatchObject({ code: 1 });
  expect((error as { readonly stderr: string }).stderr).toContain("403");
  expect((error as { readonly stderr: string }).stderr).not.toContain("secret");
});

test("a file without the marker is never posted", async () => {
  await expect(post("some other text\n")).rejects.toMatchObject({ code: 2 });
  expect(asked).toEqual([]);
});

test("the script posts what the report wrote and exits with the report's code", async () => {
  const tenon = join(folder, "tenon.sh");
  const report = join(folder, "out");
  writeFileSync(
    tenon,
    `mkdir -p ${report}; printf '${COMMENT_MARKER}\\nfindings' > ${report}/report.md; echo "$@"; exit 1\n`,
  );
  const env = {
    ...process.env,
    BASE: "main",
    REPORT_FOLDER: report,
    TENON: `bash ${tenon}`,
    COMMENT_API: api,
    COMMENT_TOKEN: "secret",
    NODE_OPTIONS: "",
    GITHUB_ACTIONS: "",
    STUDIO: "",
  };
  const path = `${join(process.execPath, "..")}:${process.env["PATH"]}`;
  const failed = await run("bash", [join(recipes, "report.sh")], { env: { ...env, PATH: path } }).catch(
    (error) => error,
  );
  expect(failed).toMatchObject({ code: 1 });
  expect(failed.stdout).toContain(`report --base main --out ${report}\n`);
  expect(comments.map(({ body }) => body)).toEqual([`${COMMENT_MARKER}\nfindings`]);
});

test("a job of GitHub Actions prints findings for its lines, and a studio that is named is linked to", async () => {
  const tenon = join(folder, "words.sh");
  writeFileSync(tenon, 'echo "$@"\n');
  const named = { GITHUB_ACTIONS: "true", STUDIO: "https://studio.example/studio/", COMMENT_API: "", NODE_OPTIONS: "" };
  const env = { ...process.env, BASE: "main", REPORT_FOLDER: folder, TENON: `bash ${tenon}`, ...named };
  const { stdout } = await run("bash", [join(recipes, "report.sh")], { env });
  expect(stdout).toBe(`report --base main --out ${folder} --annotate --studio https://studio.example/studio/\n`);
});
