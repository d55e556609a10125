/** How a command can end: the process's exit code, documented in the README. */
export const Exit = {
  /** Done; every claim evaluated is met or carries its recorded finding. */
  ok: 0,
  /** Something unforeseen; the message asks for a report. */
  unexpected: 1,
  /** The command line itself is wrong. */
  usage: 2,
  /** A scenario is invalid; nothing was run. */
  invalidScenario: 3,
  /** A claim is out of its tolerance. */
  claim: 4,
  /** A run failed; the others finished. */
  runFailed: 5,
  /** A result is not the earlier one that `--compare` names. */
  changed: 6,
  /** Ctrl-C or SIGTERM. */
  interrupted: 130,
} as const;

/** One of the documented exit codes. */
export type ExitCode = typeof Exit[keyof typeof Exit];

/** An error that ends the command with a code and a message, without a stack trace. */
export class CommandError extends Error {
  override name = "CommandError";
  readonly code: ExitCode;
  constructor(code: ExitCode, message: string) {
    super(message);
    this.code = code;
  }
}
