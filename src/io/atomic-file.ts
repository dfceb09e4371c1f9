import { randomBytes } from 'node:crypto';
import { open, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { MargridError } from '../errors.ts';
import { requireNotAborted } from './abort.ts';

export interface WriteOptions {
  /** Abort to stop writing: the temporary file is removed and what stood under the name stays as it was. */
  readonly signal?: AbortSignal;
}

/**
 * Lets `write` fill a temporary file in the same directory, makes it durable, and only then gives it its name:
 * whatever happens before, nothing half-written ever stands under that name. A process that is killed leaves the
 * temporary file behind, which begins with a dot and ends in `.tmp`. /
 */
export async function writeAtomically(
  path: string,
  write: (temporaryPath: string) => Promise<void>,
  options: WriteOptions = {},
): Promise<void> {
  const target = await targetOf(path);
  const unique = `${process.pid}-${randomBytes(6).toString('hex')}`;
  const temporaryPath = join(dirname(target), `.${basename(target).slice(0, 64)}.${unique}.tmp`);
  try {
    requireNotAborted(options.signal);
    await write(temporaryPath);
    requireNotAborted(options.signal);
    await makeDurable(temporaryPath);
    await rename(temporaryPath, target);
  } catch (cause) {
    await rm(temporaryPath, { force: true });
    requireNotAborted(options.signal);
    throw writeFailure(path, cause);
  }
  await makeDirectoryDurable(dirname(target));
}

/** Through symbolic links, so that a link stays one. Only a regular file is ever replaced. */
async function targetOf(path: string): Promise<string> {
  const absolutePath = resolve(path);
  try {
    const status = await stat(absolutePath);
    if (status.isFile()) return await realpath(absolutePath);
  } catch {
    return absolutePath;
  }
  throw new MargridError('OptionInvalid', `${path}: exists and is not a regular file`, { file: path });
}

async function makeDurable(path: string): Promise<void> {
  const handle = await open(path, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The rename itself is only durable once the directory is; not every system can do that to a directory. */
async function makeDirectoryDurable(path: string): Promise<void> {
  try {
    const handle = await open(path, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch {
    // The file is complete and named: that a power cut might still undo the rename is not worth failing for.
  }
}

function writeFailure(path: string, cause: unknown): MargridError {
  if (cause instanceof MargridError) return cause;
  const { code, message } = cause as NodeJS.ErrnoException;
  const why = code === 'ENOENT' ? 'the directory does not exist' : message.split('\n')[0];
  return new MargridError('FileUnwritable', `${path}: cannot be written: ${why}`, { file: path });
}
