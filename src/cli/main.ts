/** Reads the command line, runs one command, gives the exit code. */
import { CommanderError } from "commander";
import { CommandError, Exit, type ExitCode } from "./exit.ts";
import { program } from "./program.ts";
import { Terminal } from "./terminal.ts";

/**
 * Runs `wherewhen` with the arguments after the program's name.
 *
 * @returns the exit code; nothing is thrown for anything a user can cause.
 */
export async function main(
  args: readonly string[],
  terminal: Terminal = new Terminal(),
): Promise<ExitCode> {
  let code: ExitCode = Exit.ok;
  const command = program(terminal, (ended) => {
    code = ended;
  });
  try {
    await command.parseAsync([...args], { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? Exit.ok : Exit.usage;
    if (error instanceof CommandError) {
      terminal.alert(`${terminal.style("red", "error:")} ${error.message}`);
      return error.code;
    }
    if (error instanceof Error && error.name === "NotCapable") {
      terminal.alert(
        `${terminal.style("red", "error:")} Deno refuses this: ${error.message}\n` +
          "The README's section on permissions lists what each command needs, and why.",
      );
      return Exit.usage;
    }
    const text = error instanceof Error ? error.stack ?? error.message : String(error);
    terminal.alert(
      `${terminal.style("red", "unexpected error:")} ${text}\n` +
        "This is a defect of wherewhen: please report it with the command that you ran.",
    );
    return Exit.unexpected;
  }
}
