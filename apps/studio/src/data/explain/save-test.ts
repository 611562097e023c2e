/** What to paste into a terminal so that a kept run becomes a test: its recording is taken from the host, then replayed. */
export interface SaveTest {
  readonly requestId: string;
  /** Address of the host that keeps the run; null in a folder that knows none. */
  readonly host: string | null;
  /** Its verdict is held by the test, too. */
  readonly adId?: number | undefined;
}

export function saveTestCommand({ requestId, host, adId }: SaveTest): string {
  const name = requestId.replace(/[^\w.-]/g, "_");
  const id = quoted(requestId);
  const explain = adId === undefined ? "" : ` --explain ${adId}`;
  return [
    `npx tenon record --url ${host === null ? "HOST" : quoted(host)} --id ${id} --out ${name}.runs`,
    `npx tenon replay ${name}.runs ${id}${explain} --save-test ${name}.test.ts`,
  ].join(" && ");
}

/** For a shell, where it is more than a plain word. */
function quoted(text: string): string {
  return /^[\w.:/-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
