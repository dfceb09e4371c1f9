
import { attack } from './test/soak/attack.ts';
const [from, to, accounts, n, scale] = process.argv.slice(2).map(Number);
for (let seed = from; seed < to; seed++) {
  const t = performance.now();
  try { const r = await attack(seed, accounts, n, scale || 1);
  console.log(seed, r.attacked, r.tightest.toFixed(6), r.wrong.length, (performance.now()-t).toFixed(0)+' ms', r.wrong.slice(0,3).join('\n')); } catch (e) { console.log(seed, e); }
}
