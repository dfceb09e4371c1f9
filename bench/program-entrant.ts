import { readFileSync, rmSync } from 'node:fs';
import type { Entrant } from './entrant.ts';
import { LineProcess } from './line-process.ts';

export interface ProgramSettings extends Pick<Entrant, 'name' | 'note' | 'bitEqual'> {
  readonly program: string;
  readonly parameters: readonly string[];
  /** Floats, which the program writes when its input ends. */
  readonly output: string;
  /** Removed with all its files when the entrant is closed. */
  readonly folder: string;
  /** Rows of the whole work per row of what the program works on: times are multiplied by it. */
  readonly scale: number;
}

/** A program that reads its input once and answers every line with the milliseconds that the work took. */
export function programEntrant({ name, note, bitEqual, program, parameters, output, folder, scale }: ProgramSettings): Entrant {
  const child = new LineProcess(program, parameters);
  return {
    name,
    note,
    bitEqual,
    run: async () => Number(await child.ask('')) * scale,
    results: async () => {
      await child.close();
      const bytes = readFileSync(output);
      return new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
    },
    close: async () => {
      await child.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
