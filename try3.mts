
import { attack } from './test/soak/attack.ts';
import { plants } from './test/soak/plants.ts';
for (const [name, plant] of Object.entries(plants)) {
  let n = 0, wrong = 0, seeds = 0;
  for (let seed = 1; seed <= 12 && wrong === 0; seed++) { const r = await attack(seed, 200, 25, { plant }); n += r.attacked; wrong += r.wrong.length; seeds++; }
  console.log(name, wrong > 0 ? 'caught' : 'NOT caught', n, 'attacks', wrong);
}
