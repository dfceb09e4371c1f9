import { runCampaign } from './test/soak/soak-campaign.ts';
const [from, to, accounts, ticks, seed] = process.argv.slice(2).map(Number);
for (let c = from; c < to; c++) {
  const t = performance.now();
  try {
    const r = await runCampaign({ seed: seed ?? 1, campaign: c, accounts, ticks });
    const ms = performance.now() - t;
    console.log(c, JSON.stringify({ ...r, differences: r.differences.slice(0, 2) }), `${ms.toFixed(0)} ms`, `${(ms * 1000 / r.compared).toFixed(2)} us/at`);
  } catch (e) { console.log(c, 'ERROR', e); }
}
