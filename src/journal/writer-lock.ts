import { closeSync, openSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { MargridError } from '../errors.ts';

/**
 * Keeps two processes from appending to one journal.
 *
 * Everyone who wants to write puts down a file that names him, then looks for files of others; if one of those is
 * alive, he takes his own back. Of two that come together at least one sees the other (at worst both give way), and a
 * name is never used twice, so that clearing away the file of a dead process cannot hit a living one's.
 */
export class WriterLock {
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
  }

  /** Throws `JournalLocked` if a living process has the lock, `FileUnwritable` if the directory cannot be written. */
  static acquire(journalPath: string): WriterLock {
    const target = realPath(journalPath);
    const folder = dirname(target);
    const prefix = `.${basename(target)}.lock.`;
    const own = prefix + nameOf(thisProcess());
    try {
      closeSync(openSync(join(folder, own), 'wx'));
    } catch (cause) {
      const { code, message } = cause as NodeJS.ErrnoException;
      if (code === 'EEXIST') throw locked(journalPath, `this process (${process.pid}) writes it already`);
      throw new MargridError('FileUnwritable', `${journalPath}: cannot be locked: ${message}`, { file: journalPath });
    }
    const lock = new WriterLock(join(folder, own));
    for (const other of readdirSync(folder).filter((name) => name.startsWith(prefix) && name !== own)) {
      const holder = holderOf(other.slice(prefix.length));
      // A name of another form is a file of somebody else's.
      if (holder === null) continue;
      if (isDead(holder)) {
        rmSync(join(folder, other), { force: true });
        continue;
      }
      lock.release();
      const who = `process ${holder.pid} on ${holder.host}`;
      throw locked(journalPath, `${who} writes it; if that is over for certain, remove ${join(folder, other)}`);
    }
    return lock;
  }

  release(): void {
    rmSync(this.#path, { force: true });
  }
}

/** A process as it can be told from every other one, before or after a restart of the machine. */
interface Holder {
  readonly host: string;
  /** Of this start of the machine; empty if unknown. */
  readonly boot: string;
  readonly pid: number;
  /** When the process began, in ticks since the machine did; empty if unknown. */
  readonly started: string;
}

function thisProcess(): Holder {
  const { pid } = process;
  return {
    host: hostname()
      .replace(/[^\w-]/g, '-')
      .slice(0, 64),
    boot: bootId(),
    pid,
    started: startOf(pid),
  };
}

function nameOf({ host, boot, pid, started }: Holder): string {
  return [host, boot, pid, started].join('.');
}

function holderOf(name: string): Holder | null {
  const match = /^([\w-]*)\.([\w-]*)\.(\d+)\.(\d*)$/.exec(name);
  return match === null ? null : { host: match[1], boot: match[2], pid: Number(match[3]), started: match[4] };
}

/** Of another machine nothing can be known: its processes count as alive. */
function isDead(holder: Holder): boolean {
  const here = thisProcess();
  if (holder.host !== here.host) return false;
  if (holder.boot !== here.boot) return true;
  try {
    process.kill(holder.pid, 0);
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === 'ESRCH';
  }
  return holder.started !== startOf(holder.pid);
}

function bootId(): string {
  return textOf('/proc/sys/kernel/random/boot_id').trim().slice(0, 8);
}

/**
 * Field 22 of /proc/<pid>/stat; the name in field 2 may hold spaces and brackets. Field 3, the state, is Z for a
 * process that is dead and whose parent has not asked for its exit code.
 */
function startOf(pid: number): string {
  const stat = textOf(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (stat === '') return '';
  return fields[0] === 'Z' ? 'ended' : fields[19];
}

/** Empty where there is no /proc. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}

function locked(path: string, why: string): MargridError {
  return new MargridError('JournalLocked', `${path}: ${why}`, { file: path });
}
