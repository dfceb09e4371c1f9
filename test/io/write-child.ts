/** Writes a large table to the path given as argument; tests kill this process while it does. */
import { writeTable } from '../../src/io/index.ts';

// Ignored, so that exceeding a limit on file sizes is an error of the write and not the end of the process.
process.on('SIGXFSZ', () => undefined);

const rowCount = 1_500_000;
const values = Float64Array.from({ length: rowCount }, (_, index) => Math.sin(index));
try {
  await writeTable(process.argv[2], {
    rowCount,
    columns: ['a', 'b', 'c', 'd'].map((name) => ({ name, type: 'f64' as const, values })),
  });
} catch (cause) {
  process.stderr.write(`${(cause as Error).message}\n`);
  process.exitCode = 1;
}
