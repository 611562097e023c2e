import { cliError } from "../cli-error.ts";
import { ExitCode } from "../exit-code.ts";
import { colorsFor } from "../output/colors.ts";
import { jsonText } from "../output/json.ts";
import type { Terminal } from "../terminal.ts";

export interface ExplainAdOptions {
  readonly requestId: string;
  readonly adId: number;
  readonly url: string;
  readonly json?: boolean;
}

/** Longest wait for a running host, ms. */
const ANSWER_MAX_MS = 5_000;

interface Explanation {
  readonly verdict: string;
  readonly reason: { readonly name: string; readonly meaning: string; readonly actor: string } | null;
  readonly steps: readonly {
    readonly node: string;
    readonly owner: string;
    readonly fate: string;
    readonly reason: string | null;
  }[];
}

/**
 * `tenon explain ad`: asks a running host what became of an ad in a request that it traced.
 *
 * @throws GraphError TENON1710 when no host answers, or it knows no such request
 */
export async function explainAd(options: ExplainAdOptions, terminal: Terminal): Promise<ExitCode> {
  const { requestId, adId, url, json } = options;
  const token = terminal.environment["TENON_ADMIN_TOKEN"];
  const explanation = await ask(`${url}/v1/explain/${encodeURIComponent(requestId)}/${adId}`, token);
  if (json) {
    terminal.out(jsonText(explanation));
    return ExitCode.pass;
  }
  const { verdict, reason, steps } = explanation as unknown as Explanation;
  const { bold, dim } = colorsFor(terminal.color);
  const meaning = reason === null ? [] : [`  ${reason.name}: ${reason.meaning}; ${reason.actor} can change it`];
  const way = steps.map(({ node, owner, fate }) => `  ${fate} by ${node} ${dim(`(${owner})`)}`);
  terminal.out(`${[bold(verdict), ...meaning, ...way].join("\n")}\n`);
  return ExitCode.pass;
}

async function ask(url: string, token: string | undefined): Promise<Readonly<Record<string, unknown>>> {
  let reply: Response;
  let body: Readonly<Record<string, unknown>>;
  try {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    reply = await fetch(url, { headers, signal: AbortSignal.timeout(ANSWER_MAX_MS) });
    body = (await reply.json()) as Readonly<Record<string, unknown>>;
  } catch (cause) {
    throw cliError("hostSilent", {
      message: `no host answers at ${new URL(url).origin}`,
      detail: String((cause as Error).cause ?? (cause as Error).message),
      hint: "start one with `tenon up`, or name it with --url",
      cause,
    });
  }
  if (reply.ok) return body;
  throw cliError("hostSilent", {
    message: `the host answers with ${reply.status}: ${body["title"] ?? "no reason given"}`,
    detail: typeof body["detail"] === "string" ? body["detail"] : undefined,
    hint: typeof body["hint"] === "string" ? body["hint"] : "only traced requests are kept: send x-tenon-trace: 1",
  });
}
