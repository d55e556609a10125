/** `completions`: a shell script that completes commands, options, scenario ids and experiments. */
import type { Command } from "commander";
import { CommandError, Exit, type ExitCode } from "../exit.ts";
import type { Terminal } from "../terminal.ts";

interface Words {
  readonly commands: readonly string[];
  readonly options: ReadonlyMap<string, readonly string[]>;
}

function wordsOf(root: Command): Words {
  const commands = root.commands.map((c) => c.name());
  const options = new Map(root.commands.map((c) => [c.name(), optionsOf(c)] as const));
  return { commands, options };
}

/** A command's options and those of the commands below it. */
function optionsOf(command: Command): string[] {
  const own = command.options.map((o) => o.long ?? o.short ?? "");
  return [...own, ...command.commands.flatMap(optionsOf)];
}

const cases = (words: Words) =>
  [...words.options].map(([name, options]) => `    ${name}) opts="${options.join(" ")}" ;;`).join(
    "\n",
  );

function bash(words: Words): string {
  return `# bash completion for wherewhen: source this file
_wherewhen() {
  local cur=\${COMP_WORDS[COMP_CWORD]} cmd=\${COMP_WORDS[1]} opts=""
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${words.commands.join(" ")}" -- "$cur")); return
  fi
  case "$cmd" in
${cases(words)}
  esac
  case "$cur" in
    -*) COMPREPLY=($(compgen -W "$opts" -- "$cur")) ;;
    *) case "$cmd" in
         new) COMPREPLY=($(compgen -W "$(wherewhen list --experiments --json 2>/dev/null | sed -n 's/^ *"id": "\\(.*\\)",*$/\\1/p')" -- "$cur")) ;;
         completions) COMPREPLY=($(compgen -W "bash zsh fish" -- "$cur")) ;;
         iron) COMPREPLY=($(compgen -W "metrics" -- "$cur") $(compgen -d -- "$cur")) ;;
         *) COMPREPLY=($(compgen -W "$(wherewhen list --json 2>/dev/null | sed -n 's/^ *"id": "\\(.*\\)",*$/\\1/p')" -- "$cur") $(compgen -f -- "$cur")) ;;
       esac ;;
  esac
}
complete -o filenames -F _wherewhen wherewhen
`;
}

function zsh(words: Words): string {
  return `#compdef wherewhen
autoload -U +X bashcompinit && bashcompinit
${bash(words)}`;
}

function fish(words: Words, root: Command): string {
  const lines = ["# fish completion for wherewhen", "complete -c wherewhen -f"];
  const quote = (text: string) => `'${text.replaceAll("'", "\\'")}'`;
  for (const command of root.commands) {
    const name = command.name();
    lines.push(
      `complete -c wherewhen -n __fish_use_subcommand -a ${name} -d ${
        quote(command.description())
      }`,
    );
    for (const option of command.options) {
      if (option.long === undefined || option.long === null) continue;
      lines.push(
        `complete -c wherewhen -n '__fish_seen_subcommand_from ${name}' -l ${
          option.long.slice(2)
        } -d ${quote(option.description)}`,
      );
    }
  }
  const ids = `(wherewhen list --json 2>/dev/null | string match -rg '"id": "(.*)"')`;
  const taking = words.commands.filter((c) => ["run", "check", "compare", "plot"].includes(c));
  lines.push(
    `complete -c wherewhen -n '__fish_seen_subcommand_from ${taking.join(" ")}' -a "${ids}"`,
  );
  return lines.join("\n") + "\n";
}

/** Prints the script for `shell`; an unknown shell is a usage error. */
export function completions(terminal: Terminal, shell: string, root: Command): Promise<ExitCode> {
  const words = wordsOf(root);
  const scripts: Record<string, () => string> = {
    bash: () => bash(words),
    zsh: () => zsh(words),
    fish: () => fish(words, root),
  };
  const script = Object.hasOwn(scripts, shell) ? scripts[shell] : undefined;
  if (script === undefined) {
    throw new CommandError(
      Exit.usage,
      `no completions for "${shell}"; expected one of ${Object.keys(scripts).join(", ")}`,
    );
  }
  terminal.data(script());
  return Promise.resolve(Exit.ok);
}
