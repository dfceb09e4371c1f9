import type { AccountModule } from '../account/module.ts';
import type { Storable } from '../account/events.ts';
import { CollateralModule } from '../collateral/collateral-module.ts';
import { shippedCollateralRules } from '../collateral/shipped-rules.ts';
import { MargridError } from '../errors.ts';
import { AddOns } from '../dynamic/add-ons.ts';
import { DynamicMargin } from '../dynamic/dynamic-margin.ts';
import { GuardModule } from '../guard/guard-module.ts';
import { LedgerModule } from '../ledger/ledger-module.ts';
import { parseLedgerSettings } from '../ledger/ledger-settings.ts';
import { LiquidationModule, type LiquidationOptions } from '../liquidation/liquidation-module.ts';
import { shippedLiquidationStyle } from '../liquidation/shipped-styles.ts';
import { section } from '../margin/fields.ts';
import { PoolingModule } from '../pooling/pooling-module.ts';
import { WaterfallModule } from '../waterfall/waterfall-module.ts';
import { parseWaterfallSettings } from '../waterfall/waterfall-settings.ts';

/**
 * Modules of the account engine by name; each takes its settings as they stand in the settings file, and the list of
 * those made before it, which those after it join.
 */
const makers: Readonly<Record<string, (settings: Storable | undefined, made: readonly AccountModule[]) => AccountModule>> = {
  guard: (settings) => new GuardModule(settings),
  ledger: (settings, made) => new LedgerModule({
    ...parseLedgerSettings(settings),
    // Asked when all are made.
    forbids: (movement) => poolingOf(made)?.forbids(movement) ?? null,
  }),
  // Rules, or the name of a venue whose rules ship.
  collateral: (settings) => new CollateralModule(typeof settings === 'string' ? shippedCollateralRules(settings) : settings),
  'dynamic-margin': (settings) => new DynamicMargin(settings),
  'add-ons': (settings, made) => {
    const dynamic = made.find((each) => each instanceof DynamicMargin);
    return new AddOns({ parameters: settings, ...(dynamic === undefined ? {} : { dailyVolatility: (name) => dynamic.dailyVolatility(name) }) });
  },
  accounts: (settings) => new PoolingModule(settings),
  // Options, or the name of a venue whose style ships.
  liquidation: (settings, made) => {
    const pooling = poolingOf(made);
    return new LiquidationModule({
      ...liquidationOptions(settings),
      ...(pooling === undefined ? {} : { divideTrade: (...trade) => pooling.divideTrade(...trade) }),
    });
  },
  // Last: it takes what the others could not save.
  waterfall: (settings, made) => {
    // Auctions deal with the bankrupt themselves: the waterfall runs by command there, unless it is told otherwise.
    const isAuctioned = made.some((each) => each instanceof LiquidationModule && each.isAuction);
    return new WaterfallModule({ ...(isAuctioned ? { automatic: false } : {}), ...parseWaterfallSettings(settings) });
  },
};

function poolingOf(made: readonly AccountModule[]): PoolingModule | undefined {
  return made.find((each) => each instanceof PoolingModule);
}

/**
 * The modules that a settings file names, in the order of the list above, which is the order in which they act. An
 * empty object gives none. Throws `OptionInvalid` for a name that there is not.
 */
export function accountModules(settings: Storable): AccountModule[] {
  if (typeof settings !== 'object' || settings === null || Array.isArray(settings) || ArrayBuffer.isView(settings)) {
    throw new MargridError('OptionInvalid', 'the modules file must be an object: module name to settings');
  }
  const known = Object.keys(makers);
  const given = settings as Readonly<Record<string, Storable | undefined>>;
  const unknownName = Object.keys(given).find((name) => !known.includes(name));
  if (unknownName !== undefined) {
    throw new MargridError('OptionInvalid', `there is no module '${unknownName}'; there are ${known.join(', ')}`, { value: unknownName });
  }
  const made: AccountModule[] = [];
  for (const name of known) if (name in given) made.push(makers[name](given[name], made));
  return made;
}

/** `"deribit"`, or { "style": "deribit" | style file, … }. */
function liquidationOptions(settings: Storable | undefined): LiquidationOptions {
  const given = typeof settings === 'string' ? { style: settings } : section(settings ?? {}, 'liquidation');
  const { style = 'cheapest', ...rest } = given;
  return { ...rest, style: typeof style === 'string' ? shippedLiquidationStyle(style) : style };
}
