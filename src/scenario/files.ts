/**
 * Reads the files that a scenario names, from the folders that the user named and nowhere else:
 * whatever a path says (`..`, symbolic links), the real file must lie in one of them.
 */
import { createHash } from "node:crypto";
import { isUtf8 } from "node:buffer";
import { closeSync, constants, fstatSync, openSync, readFileSync, realpathSync } from "node:fs";
import { isAbsolute, relative, resolve, sep } from "node:path";
import type { FileReader, FileText } from "./sources.ts";

/** Largest file that a scenario may name, in bytes. */
export const MAX_FILE_BYTES = 64 * 1024 * 1024;

const mib = (size: number) => `${Math.ceil(size / 2 ** 20)} MiB`;

/** Whether `file` lies below `root`; both are real paths. */
export function liesInside(root: string, file: string): boolean {
  const way = relative(root, file);
  return way !== "" && way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

function real(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

function why(error: unknown): string {
  const code = (error as { code?: string }).code;
  if (code === "ENOENT" || code === "ENOTDIR") return "there is no such file";
  if (code === "EACCES" || code === "EPERM") return "permission to read it is denied";
  if (code === "ELOOP") return "its symbolic links go round in a circle";
  return code ?? String(error);
}

/**
 * The bytes of a regular file; for anything else, or a file beyond `limit` bytes, a sentence saying why
 * it is not read. `path` is its name in that sentence.
 *
 * @throws file system errors
 */
export function readRegular(path: string, file: string, limit: number): Uint8Array | string {
  // Not blocking: opening a pipe that nobody writes to must not hang.
  const descriptor = openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const status = fstatSync(descriptor);
    if (!status.isFile()) return `cannot read "${path}": it is not a regular file`;
    if (status.size > limit) {
      return `cannot read "${path}": it has ${mib(status.size)}; at most ${mib(limit)} are read`;
    }
    return readFileSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function readText(path: string, file: string, limit: number): FileText | string {
  const bytes = readRegular(path, file, limit);
  if (typeof bytes === "string") return bytes;
  if (!isUtf8(bytes)) return `cannot read "${path}": it is not UTF-8 text`;
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return { text: new TextDecoder().decode(bytes), sha256 };
}

/**
 * A reader for paths relative to `folder`, or absolute ones. Each file is read once.
 *
 * @param folder the scenario's folder
 * @param roots folders that files may lie in, beside `folder`
 * @param limit largest file in bytes
 */
export function folderFiles(
  folder: string,
  roots: readonly string[] = [],
  limit = MAX_FILE_BYTES,
): FileReader {
  const allowed = [folder, ...roots].map((root) => real(resolve(root)))
    .filter((root) => root !== undefined);
  const known = new Map<string, FileText | string>();
  const read = (path: string): FileText | string => {
    // An absolute path is as good as any other, if the file lies where files may be read.
    if (
      path.includes("\0") || path.includes("\\") || (/^[A-Za-z]:/.test(path) && !isAbsolute(path))
    ) {
      return `cannot read "${path}": write a path relative to the scenario, with /`;
    }
    try {
      const file = realpathSync(resolve(folder, path));
      if (!allowed.some((root) => liesInside(root, file))) {
        return `cannot read "${path}": it lies outside the folders that may be read ` +
          `(the scenario's, those named on the command line, and the current one if the scenario is in it)`;
      }
      return readText(path, file, limit);
    } catch (error) {
      return `cannot read "${path}": ${why(error)}`;
    }
  };
  return {
    read(path) {
      const text = known.get(path) ?? read(path);
      known.set(path, text);
      return text;
    },
  };
}
