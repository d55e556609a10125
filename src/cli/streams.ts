/** The process's own output streams, for which somebody else decides how long they can be written. */
import process from "node:process";
import { Exit } from "./exit.ts";
import { reason } from "./reason.ts";

/**
 * A function that writes to stdout or stderr. A reader that went away (`| head`) is no error: the rest is
 * dropped and the command goes on. Another failure of stdout, such as a full disk, is told once on stderr
 * and makes the exit code that of a usage error, if nothing graver happened. Of stderr nothing can be told.
 */
export function streamWriter(name: "stdout" | "stderr"): (text: string) => void {
  const stream = process[name];
  let lost = false;
  const lose = (error: unknown) => {
    if (lost) return;
    lost = true;
    if (name === "stderr" || (error as { code?: string }).code === "EPIPE") return;
    process.exitCode ||= Exit.usage;
    const why = reason(error);
    try {
      process.stderr.write(`error: cannot write to stdout: ${why}\n`);
    } catch { /* There is nobody left to tell. */ }
  };
  // Some failures are thrown, others come later as an event.
  stream.on("error", lose);
  return (text) => {
    if (lost) return;
    try {
      stream.write(text);
    } catch (error) {
      lose(error);
    }
  };
}
