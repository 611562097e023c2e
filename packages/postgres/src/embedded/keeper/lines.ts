import type { Socket } from "node:net";

/** Nobody has that much to say; a stranger on the socket might. */
const LINE_CHARACTERS_MAX = 100_000;

/** Reads objects, one a line. A line that is no object ends the connection. */
export function onLines(socket: Socket, read: (line: Readonly<Record<string, unknown>>) => void): void {
  let text = "";
  socket.setEncoding("utf8");
  socket.on("data", (chunk: string) => {
    text += chunk;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n")) {
      const line = parse(text.slice(0, end));
      text = text.slice(end + 1);
      if (line === undefined) {
        socket.destroy();
        return;
      }
      read(line);
    }
    if (text.length > LINE_CHARACTERS_MAX) socket.destroy();
  });
}

function parse(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
