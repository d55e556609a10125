/** Writing results: whole or not at all, with errors that say what to do. */
import {
  accessSync,
  closeSync,
  constants,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import process from "node:process";

/** A file or folder that cannot be written. Nothing that was there before is changed. */
export class OutputError extends Error {
  override name = "OutputError";
}

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  EACCES: "permission is denied",
  EPERM: "the operation is not permitted",
  EROFS: "the file system is read-only",
  ENOTDIR: "a part of the path is a file, not a folder",
  EEXIST: "a file of that name is in the way",
  EISDIR: "a folder of that name is in the way",
  ENAMETOOLONG: "the name is too long",
  ENOENT: "the folder does not exist",
  EMFILE: "too many files are open",
};

/** What a file-system error means, in words. */
export function reasonOf(error: unknown): string {
  const { code, message, name } = error as { code?: string; message?: string; name?: string };
  if (code !== undefined && Object.hasOwn(REASONS, code)) return REASONS[code];
  if (name === "NotCapable") return "this process was not given the permission to write there";
  return message ?? String(error);
}

/** Writes all of `bytes` to an open file. Replaceable, so that a test can fill the disk. */
export type WriteAll = (file: number, bytes: Uint8Array) => void;

const writeAll: WriteAll = (file, bytes) => {
  for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done);
};

let serial = 0;

/**
 * Writes a file as a whole: to a temporary file in the same folder, which then takes the name. The
 * folder is made if need be.
 *
 * @throws {OutputError} if that fails; a file that was there stays as it was.
 */
export function writeFileAtomic(
  path: string,
  data: string | Uint8Array,
  write: WriteAll = writeAll,
): void {
  const folder = dirname(path);
  const temporary = join(folder, `.${basename(path)}.${process.pid}-${serial++}.tmp`);
  let file: number | undefined;
  try {
    mkdirSync(folder, { recursive: true });
    file = openSync(temporary, "wx");
    write(file, typeof data === "string" ? new TextEncoder().encode(data) : data);
    fsyncSync(file);
    closeSync(file);
    file = undefined;
    renameSync(temporary, path);
  } catch (error) {
    try {
      if (file !== undefined) closeSync(file);
      rmSync(temporary, { force: true });
    } catch {
      // The first error says more.
    }
    throw new OutputError(`cannot write ${path}: ${reasonOf(error)}; nothing was changed`, {
      cause: error,
    });
  }
}

/**
 * Checks, before anything runs, that files can be made in `folder` (or that it can be made).
 *
 * @throws {OutputError} with the reason and what to do.
 */
export function checkWritable(folder: string): void {
  const advice = "choose another folder with --out";
  try {
    mkdirSync(folder, { recursive: true });
    if (!statSync(folder).isDirectory()) throw Object.assign(new Error(), { code: "ENOTDIR" });
    accessSync(folder, constants.W_OK | constants.X_OK);
    const probe = join(folder, `.probe.${process.pid}-${serial++}.tmp`);
    closeSync(openSync(probe, "wx"));
    rmSync(probe);
  } catch (error) {
    throw new OutputError(`cannot write in ${folder}: ${reasonOf(error)}; ${advice}`, {
      cause: error,
    });
  }
}
