import type { Terminal } from "../terminal.ts";

const ERASE_LINE = "\r\u001B[2K";

/** One line that says what is being done, for a person who watches; nothing at all for anybody else. */
export interface Progress {
  readonly step: (text: string) => void;
  /** Takes the line away. */
  readonly end: () => void;
}

export function progressOn(terminal: Terminal): Progress {
  if (!terminal.watched) return { step: () => undefined, end: () => undefined };
  return {
    step: (text) => terminal.talk(`${ERASE_LINE}${text} …`),
    end: () => terminal.talk(ERASE_LINE),
  };
}
