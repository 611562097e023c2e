import { verifyBase } from "@tenon/ad-index/publish";
import { ExitCode } from "../../exit-code.ts";
import { jsonText } from "../../output/json.ts";
import { bytesText, counted } from "../../stores/words.ts";
import type { Terminal } from "../../terminal.ts";
import { type IndexOptions, storeOf } from "./open-store.ts";

/** `tenon index verify [base]`: reads every file of a base and compares it with the manifest. */
export async function indexVerify(
  base: string | undefined,
  options: IndexOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const { manifest, problems } = await verifyBase(storeOf(options, terminal), base);
  const { name, files } = manifest;
  if (options.json) terminal.out(jsonText({ base: name, ok: problems.length === 0, files, problems }));
  else {
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    const verdict =
      problems.length === 0
        ? `base "${name}" is whole: ${counted(files.length, "file")}, ${bytesText(bytes)}`
        : `base "${name}" is damaged: ${counted(problems.length, "file")} of ${files.length}`;
    const lines = problems.map(({ file, expected, found }) => `  ${file}: expected ${expected}, found ${found}`);
    terminal.out(`${[verdict, ...lines].join("\n")}\n`);
  }
  return problems.length === 0 ? ExitCode.pass : ExitCode.findings;
}
