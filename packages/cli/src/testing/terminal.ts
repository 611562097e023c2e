import type { Terminal } from "../terminal.ts";

/** A terminal that keeps what is written, for commands run in the test's own process. */
export function keptTerminal(
  over: Partial<Terminal> = {},
): Terminal & { readonly said: { out: string; talk: string } } {
  const said = { out: "", talk: "" };
  return {
    said,
    out: (text) => {
      said.out += text;
    },
    talk: (text) => {
      said.talk += text;
    },
    color: false,
    talkColor: false,
    watched: false,
    folder: import.meta.dirname,
    environment: {},
    readInput: async () => "",
    ask: undefined,
    stopAsked: () => new Promise(() => undefined),
    ...over,
  };
}
