import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { attack } from './attack.ts';
import { plants } from './plants.ts';
import { runCampaign, type CampaignResult, type Difference } from './soak-campaign.ts';

/**
 * `npm run soak`: the monitor against brute force on generated books and markets, until so many account-ticks have been
 * compared. Exit code 1 on any difference, with what replays it.
 */
const { values } = parseArgs({
  options: {
    'account-ticks': { type: 'string', default: '1e9' },
    seed: { type: 'string', default: '1' },
    workers: { type: 'string', default: '2' },
    accounts: { type: 'string', default: '16000' },
    ticks: { type: 'string', default: '400' },
    campaign: { type: 'string' },
    plant: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});

const wanted = wholeNumber('account-ticks');
const seed = wholeNumber('seed');
const accounts = wholeNumber('accounts');
const ticks = wholeNumber('ticks');
const workers = wholeNumber('workers');
const plantName = values.plant;

function wholeNumber(name: 'account-ticks' | 'seed' | 'workers' | 'accounts' | 'ticks'): number {
  const value = Number(values[name]);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  process.stderr.write(`--${name} must be a whole number >= 0, got ${values[name]}\n`);
  process.exit(2);
}

/** What campaigns add up to. */
const summed = [
  'compared', 'skipped', 'changed', 'ticks', 'certifiedTicks', 'renewed', 'bookChanges', 'parameterChanges', 'attacked',
] as const;

/** Attacks on single certificates per campaign, in a book of so many accounts. */
const attacks = 25;
const attackedAccounts = 200;

interface SoakResult extends CampaignResult {
  readonly attacked: number;
  readonly tightest: number;
}

async function campaignOf(campaign: number): Promise<SoakResult> {
  const plant = plantName === undefined ? undefined : plants[plantName];
  if (plantName !== undefined && plant === undefined) throw new Error(`plants are: ${Object.keys(plants).join('; ')}`);
  const result = await runCampaign({ seed, campaign, accounts, ticks, ...(plant === undefined ? {} : { plant }) });
  const { attacked, tightest, wrong } = await attack(seed * 1_000_003 + campaign, attackedAccounts, attacks, { plant });
  const found = wrong.map((detail): Difference => ({ seed, campaign, tick: 1, walk: 'bound', account: '', detail }));
  return { ...result, attacked, tightest, differences: [...result.differences, ...found] };
}

if (process.send !== undefined) {
  process.on('message', (campaign: number) => {
    campaignOf(campaign).then(
      (result) => process.send!(result),
      (error: unknown) => {
        process.stderr.write(`campaign ${campaign} of seed ${seed}: ${String(error instanceof Error ? error.stack : error)}\n`);
        process.exit(1);
      },
    );
  });
} else process.exitCode = await soak();

interface Sums {
  campaigns: number;
  compared: number;
  skipped: number;
  changed: number;
  ticks: number;
  certifiedTicks: number;
  renewed: number;
  bookChanges: number;
  parameterChanges: number;
  attacked: number;
  tightest: number;
  readonly differences: Difference[];
}

async function soak(): Promise<number> {
  const start = performance.now();
  const sums: Sums = {
    campaigns: 0, compared: 0, skipped: 0, changed: 0, ticks: 0, certifiedTicks: 0, renewed: 0, bookChanges: 0, parameterChanges: 0,
    attacked: 0, tightest: 0, differences: [],
  };
  const add = (result: SoakResult): void => {
    sums.campaigns++;
    sums.tightest = Math.max(sums.tightest, result.tightest);
    for (const name of summed) sums[name] += result[name];
    sums.differences.push(...result.differences);
  };
  let next = 0;
  const isEnough = (): boolean => sums.compared >= wanted || sums.differences.length > 0;
  if (values.campaign !== undefined) add(await campaignOf(Number(values.campaign)));
  else if (workers <= 1) while (!isEnough()) add(await campaignOf(next++));
  else {
    await Promise.all(Array.from({ length: workers }, async () => {
      const child = fork(fileURLToPath(import.meta.url), process.argv.slice(2));
      try {
        while (!isEnough()) add(await answerOf(child, next++));
      } finally {
        child.disconnect();
      }
    }));
  }
  print(sums, (performance.now() - start) / 1000);
  return sums.differences.length > 0 ? 1 : 0;
}

function answerOf(child: ChildProcess, campaign: number): Promise<SoakResult> {
  return new Promise((resolve, reject) => {
    const failed = (): void => reject(new Error(`campaign ${campaign} of seed ${seed} ended without a result`));
    child.once('exit', failed);
    child.once('message', (result) => {
      child.off('exit', failed);
      resolve(result as SoakResult);
    });
    child.send(campaign);
  });
}

function print(sums: Sums, seconds: number): void {
  const replay = ({ campaign }: Difference): string =>
    `npm run soak -- --seed ${seed} --campaign ${campaign} --accounts ${accounts} --ticks ${ticks}` +
    (plantName === undefined ? '' : ` --plant '${plantName}'`);
  if (values.json) {
    const differences = sums.differences.map((each) => ({ ...each, replay: replay(each) }));
    process.stdout.write(`${JSON.stringify({ seed, accounts, ...sums, differences, seconds })}\n`);
    return;
  }
  for (const each of sums.differences) {
    process.stdout.write(
      `DIFFERENT: seed ${each.seed}, campaign ${each.campaign}, tick ${each.tick} (${each.walk}), account ` +
        `${each.account}: ${each.detail}\n  replay: ${replay(each)}\n`,
    );
  }
  const share = ((100 * sums.skipped) / Math.max(sums.compared, 1)).toFixed(1);
  process.stdout.write(
    `${sums.compared} account-ticks compared with brute force in ${sums.campaigns} campaigns, ${sums.ticks} ticks ` +
      `(${sums.certifiedTicks} by certificates, ${sums.renewed} issued some while statuses were compared, ${share}% of the statuses skipped, ${sums.changed} changed; ${sums.bookChanges} changes of ` +
      `books, ${sums.parameterChanges} of parameters), ${sums.attacked} ` +
      `certificates attacked (up to ${(100 * sums.tightest).toFixed(2)}% of a health used up inside a radius), ` +
      `${sums.differences.length} different, ${seconds.toFixed(1)} s\n`,
  );
}
