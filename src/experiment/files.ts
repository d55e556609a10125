/** Writing results: whole or not at all, with errors that say what to do. */
import {
  closeSync,
  existsSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
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

/** A file to be written. */
export type OutputFile = readonly [path: string, data: string | Uint8Array];

/**
 * Writes files that belong together: each to a temporary file in its own folder, and when all are
 * complete they take their names, in order. Folders are made if need be.
 *
 * @throws {OutputError} if one cannot be written; files that were there stay as they were.
 */
export function writeFilesAtomic(
  files: readonly OutputFile[],
  write: WriteAll = writeAll,
): void {
  const temporaries: string[] = [];
  let current = "";
  try {
    for (const [path, data] of files) {
      current = path;
      const temporary = join(dirname(path), `.${basename(path)}.${process.pid}-${serial++}.tmp`);
      mkdirSync(dirname(path), { recursive: true });
      temporaries.push(temporary);
      writeWhole(temporary, data, write);
    }
    files.forEach(([path], i) => {
      current = path;
      renameSync(temporaries[i], path);
    });
  } catch (error) {
    for (const temporary of temporaries) {
      try {
        rmSync(temporary, { force: true });
      } catch {
        // The first error says more.
      }
    }
    throw new OutputError(`cannot write ${current}: ${reasonOf(error)}; nothing was changed`, {
      cause: error,
    });
  }
}

function writeWhole(path: string, data: string | Uint8Array, write: WriteAll): void {
  const file = openSync(path, "wx");
  try {
    write(file, typeof data === "string" ? new TextEncoder().encode(data) : data);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Writes one file as a whole, or not at all. @throws {OutputError} */
export function writeFileAtomic(
  path: string,
  data: string | Uint8Array,
  write: WriteAll = writeAll,
): void {
  writeFilesAtomic([[path, data]], write);
}

/**
 * Checks that a folder that results go to really lies below `out`, so that a link in there leads no
 * writing elsewhere. Folders that are not there yet are made when they are written.
 *
 * @throws {OutputError}
 */
export function checkBelow(out: string, folder: string): void {
  let at = resolve(folder);
  while (!existsSync(at) && dirname(at) !== at) at = dirname(at);
  const outside = (): OutputError =>
    new OutputError(`cannot write in ${folder}: it leads out of ${out}; remove the link`);
  try {
    if (!existsSync(out)) return;
    const [outer, inner] = [realpathSync(out), realpathSync(at)];
    const way = relative(outer, inner);
    if (way.split(sep)[0] === ".." || isAbsolute(way)) throw outside();
    // A link to nowhere does not exist, and would be followed all the same.
    const missing = relative(at, resolve(folder)).split(sep)[0];
    if (missing !== "" && isLink(join(at, missing))) throw outside();
  } catch (error) {
    if (error instanceof OutputError) throw error;
    throw new OutputError(`cannot write in ${folder}: ${reasonOf(error)}`, { cause: error });
  }
}

function isLink(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink();
  } catch {
    return false;
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
    const probe = join(folder, `.probe.${process.pid}-${serial++}.tmp`);
    closeSync(openSync(probe, "wx"));
    rmSync(probe);
  } catch (error) {
    throw new OutputError(`cannot write in ${folder}: ${reasonOf(error)}; ${advice}`, {
      cause: error,
    });
  }
}
