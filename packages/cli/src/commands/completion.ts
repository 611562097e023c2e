import type { Command } from "commander";
import { ExitCode } from "../exit-code.ts";
import type { Terminal } from "../terminal.ts";

export type Shell = "bash" | "zsh" | "fish";

/** One command of the tree: the words that lead to it, and those that may follow. */
interface Place {
  /** `new node`; empty for `tenon` itself. */
  readonly path: string;
  readonly commands: readonly { readonly name: string; readonly description: string }[];
  readonly options: readonly { readonly flag: string; readonly description: string }[];
}

/** `tenon completion`: a script for the shell to read, made from the commands themselves. */
export function completion(shell: Shell, program: Command, terminal: Terminal): ExitCode {
  const places = placesOf(program, []);
  terminal.out({ bash: bashText, zsh: zshText, fish: fishText }[shell](places));
  return ExitCode.pass;
}

function placesOf(command: Command, path: readonly string[]): readonly Place[] {
  const own: Place = {
    path: path.join(" "),
    commands: command.commands.map((each) => ({ name: each.name(), description: each.description() })),
    options: [...command.options, command.createOption("--help", "explain the command")].flatMap(
      ({ long, description }) => (long ? [{ flag: long, description }] : []),
    ),
  };
  return [own, ...command.commands.flatMap((each) => placesOf(each, [...path, each.name()]))];
}

function bashText(places: readonly Place[]): string {
  // The longest path first, so that "new node" is not taken for "new".
  const cases = places
    .toSorted((one, other) => other.path.length - one.path.length)
    .map(({ path, commands, options }) => {
      const words = [...commands.map(({ name }) => name), ...options.map(({ flag }) => flag)].join(" ");
      return `    "${path}"*) words="${words}" ;;`;
    });
  return `# source <(tenon completion bash)
_tenon() {
  local word path="" words=""
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    [[ $word == -* ]] || path="\${path:+$path }$word"
  done
  case "$path" in
${cases.join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _tenon tenon
`;
}

function zshText(places: readonly Place[]): string {
  return `# source <(tenon completion zsh)
autoload -U +X bashcompinit && bashcompinit
${bashText(places).split("\n").slice(1).join("\n")}`;
}

function fishText(places: readonly Place[]): string {
  const quoted = (text: string): string => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
  const lines = places.flatMap(({ path, commands, options }) => {
    const seen = path.split(" ").map((word) => `__fish_seen_subcommand_from ${word}`);
    const when = quoted(path === "" ? "__fish_use_subcommand" : seen.join("; and "));
    return [
      ...commands.map(
        ({ name, description }) => `complete -c tenon -f -n ${when} -a ${name} -d ${quoted(description)}`,
      ),
      ...options.map(
        ({ flag, description }) => `complete -c tenon -n ${when} -l ${flag.slice(2)} -d ${quoted(description)}`,
      ),
    ];
  });
  return `# tenon completion fish | source\n${lines.join("\n")}\n`;
}
