/**
 * One of the independent processes of the workload `tick`: prints a line when its book is loaded, then for each line
 * on standard input ticks that many times and prints the milliseconds of one tick.
 */
import { createInterface } from 'node:readline';
import { loadBuiltEngine } from './book.ts';

const [accounts, positions, seed] = process.argv.slice(2).map(Number) as [number, number, number];
const built = await loadBuiltEngine();
const { engine } = await built.generate({ accounts, positions, seed }, { workers: 0, kernels: 'wasm' });
process.stdout.write('ready\n');
for await (const line of createInterface({ input: process.stdin })) {
  const ticks = Number(line);
  const start = performance.now();
  for (let tick = 0; tick < ticks; tick++) {
    engine.forgetRows();
    await engine.tick();
  }
  process.stdout.write(`${(performance.now() - start) / ticks}\n`);
}
