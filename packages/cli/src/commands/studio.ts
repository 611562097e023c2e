import { resolve } from "node:path";
import { GraphError } from "@tenon/graph-core";
import {
  type Answers,
  appFiles,
  askHost,
  exportStudio,
  reportsFolder,
  studioProxy,
  withReports,
} from "@tenon/studio/server";
import { cliError } from "../cli-error.ts";
import { ExitCode } from "../exit-code.ts";
import { jsonText } from "../output/json.ts";
import { reportsPath } from "../studio/reports-path.ts";
import type { Terminal } from "../terminal.ts";

export interface StudioCommandOptions {
  readonly host?: string;
  readonly token?: string;
  readonly port: number;
  readonly export?: string;
  /** Default: `.tenon/report` of the project that this folder lies in. */
  readonly reports?: string;
  readonly json?: boolean;
}

const HOST = "http://127.0.0.1:8787";

/**
 * `tenon studio`: the page on this machine with the data of a running host, until it is asked to stop; with `--export`,
 * a folder with both.
 *
 * @throws GraphError TENON2055 when no studio answers there
 */
export async function studio(options: StudioCommandOptions, terminal: Terminal): Promise<ExitCode> {
  const { environment } = terminal;
  const host = addressOf(options.host ?? (environment["TENON_HOST"] || HOST));
  const token = options.token ?? (environment["TENON_ADMIN_TOKEN"] || undefined);
  const reports = reportsFolder(reportsPath(options, terminal));
  const ask = withReports((address) => askData(`${host}/studio/data/${address}`, token), reports);
  if (options.export !== undefined) return exportTo(resolve(terminal.folder, options.export), ask, options, terminal);
  // Asked once before anything opens: a wrong address or token is said here.
  const index = (await ask("index.json")) as { readonly runs: readonly unknown[]; readonly graphs: readonly unknown[] };
  const server = await studioProxy({ host, token, app: appFiles(), reports });
  const stopAsked = terminal.stopAsked();
  try {
    const url = `${await listen(server, options.port)}/studio/`;
    if (options.json) terminal.out(jsonText({ url, host, runs: index.runs.length, graphs: index.graphs.length }));
    else terminal.out(`studio of ${host}: ${url}\n`);
    terminal.talk("Ctrl-C stops\n");
    await stopAsked;
  } finally {
    await server.close();
  }
  return ExitCode.pass;
}

async function listen(server: Awaited<ReturnType<typeof studioProxy>>, port: number): Promise<string> {
  try {
    return await server.listen({ host: "127.0.0.1", port });
  } catch (cause) {
    throw cliError("wrongUsage", {
      message: `cannot listen on port ${port}`,
      detail: (cause as Error).message,
      hint: "another process may have it: name one with --port, 0 takes a free one",
      cause,
    });
  }
}

async function exportTo(
  folder: string,
  ask: Answers,
  { json }: StudioCommandOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const exported = await exportStudio({ folder, app: await appFiles(), ask });
  const { graphs, runs, documents, reports } = exported;
  if (json) terminal.out(jsonText({ folder, ...exported }));
  else
    terminal.out(
      `wrote ${folder}: ${graphs} graphs, ${runs} runs, ${documents} documents, ${reports} reports\nany server of files shows it, for example: npx http-server ${folder}\n`,
    );
  return ExitCode.pass;
}

async function askData(url: string, token: string | undefined): Promise<unknown> {
  const { status, text } = await askHost(url, { token });
  const body: unknown = JSON.parse(text);
  if (status === 200) return body;
  const { title, code, detail, hint } = body as Readonly<Record<string, string | undefined>>;
  throw new GraphError(title ?? `the host answered with status ${status}`, {
    code: (code as "TENON2050" | undefined) ?? "TENON2055",
    category: "input",
    detail,
    hint: hint ?? "look at the host's log",
  });
}

function addressOf(host: string): string {
  try {
    const { origin, protocol } = new URL(host.includes("://") ? host : `http://${host}`);
    if (protocol === "http:" || protocol === "https:") return origin;
  } catch {
    // Told below, with what is no address.
  }
  throw cliError("wrongUsage", {
    message: `"${host}" is no address of a host`,
    hint: "for example --host http://127.0.0.1:8787",
  });
}
