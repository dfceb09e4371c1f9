import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AccountEngine } from '../../src/account/account-engine.ts';
import type { Book } from '../../src/domain/book.ts';
import type { Market } from '../../src/domain/market.ts';
import { AddOnCharges, chargeNames, emptyCharges } from '../../src/dynamic/add-on-charges.ts';
import { parseAddOnParameters } from '../../src/dynamic/add-on-parameters.ts';
import { AddOns } from '../../src/dynamic/add-ons.ts';
import type { ContractTerms } from '../../src/dynamic/contract-terms.ts';
import { DynamicMargin } from '../../src/dynamic/dynamic-margin.ts';
import { closingCost, concentrationCharge, wrongWayCharge } from '../../src/dynamic/liquidity-charges.ts';
import { flagBits, type PositionSlots } from '../../src/dynamic/underlyings.ts';
import { tinyMarket } from '../support/tiny-market.ts';
import { command, eventsOf, perpetualEngine, perpetualMarket } from './fixtures.ts';

const concentration = {
  maintenanceShare: 0.5,
  underlying: { measure: 'averageDailyVolume', tiers: [{ from: 0.25, rate: 0.1 }, { from: 0.4, rate: 0.3 }] },
  instrument: { measure: 'openInterest', tiers: [{ from: 0.2, rate: 0.05 }] },
};
const liquidationCost = { maintenanceShare: 1, impact: 1, participation: 0.1, horizonDays: { min: 1, max: 10 }, priceRisk: 2 };
const underlyings = { btc: { dailyVolatility: 0.04 }, eth: { dailyVolatility: 0.05 } };
type Sections = Partial<Record<'concentration' | 'liquidationCost' | 'wrongWayCollateral', unknown>>;
const parametersOf = (sections: Sections, liquidity: object = underlyings): Record<string, unknown> => ({
  source: 'made up for this test', date: '2026-08-01', required: Object.keys(sections), underlyings: liquidity, ...sections,
});
const addOns = (sections: Sections, liquidity?: object): AddOns => new AddOns({ parameters: parametersOf(sections, liquidity) });

describe('add-ons in the account engine', () => {
  it('stand in the arithmetic, component by component', async () => {
    const engine = perpetualEngine([[-10, 0, 1000], [0, 100, 1000], [0, 0, 1000]], [addOns({ concentration, liquidationCost })]);
    await engine.apply(command('tick'));
    const [status] = engine.status('account-0');
    // 10 BTC against a volume of 20: 0.1 of what is beyond 5, 0.2 more of what is beyond 8: 0.9 BTC at 100.
    // Against an open interest of 40: 0.05 x (10 - 8) BTC. Spread 10 x 0.05. Impact 0.04 sqrt(10/20) of 1000.
    // 10 / (0.1 x 20) = 5 days, 4 of them beyond the first: 2 x 0.04 sqrt(4/3) of 1000.
    const expected = {
      concentration: 90,
      'instrument-concentration': 10,
      'half-spread': 0.5,
      'market-impact': 28.284271247461902,
      'liquidation-price-risk': 92.37604307034012,
    };
    for (const [name, amount] of Object.entries(expected)) expect(status.adjustments[name]).toBeCloseTo(amount, 10);
    const liquidation = 0.5 + 28.284271247461902 + 92.37604307034012;
    // The model: 100 initially, 50 as maintenance.
    expect(status.initialMargin).toBeCloseTo(100 + 100 + liquidation, 9);
    expect(status.maintenanceMargin).toBeCloseTo(50 + 50 + liquidation, 9);
    // 100 ETH are a tenth of a day's volume: below every threshold, and closed within a day.
    expect(engine.status('account-1')[0].adjustments).toMatchObject({ concentration: 0, 'instrument-concentration': 0, 'half-spread': 1, 'liquidation-price-risk': 0 });
    expect(Object.values(engine.status('account-2')[0].adjustments)).toEqual([0, 0, 0, 0, 0]);
    await engine.close();
  });

  it('add up, and each is what it is alone', async () => {
    const book = [[-10, 300, 1000], [9, -2000, 1000], [0.001, 0, 5], [7, 0, 0]] as const;
    const wrongWayCollateral = { maintenanceShare: 1, assets: { usdc: { fall: 0.1, rate: 0.5, correlations: { btc: 1, eth: 0.5 } } } };
    const sections: Sections = { concentration, liquidationCost, wrongWayCollateral };
    const run = async (chosen: Sections) => {
      const engine = perpetualEngine(book, Object.keys(chosen).length === 0 ? [] : [addOns(chosen)]);
      await engine.apply(command('tick'));
      const statuses = book.map((_, account) => engine.status(`account-${account}`)[0]);
      await engine.close();
      return statuses;
    };
    const [plain, all, ...alone] = await Promise.all([
      run({}), run(sections), ...Object.entries(sections).map(([name, section]) => run({ [name]: section })),
    ]);
    all.forEach(({ adjustments, initialMargin }, account) => {
      const sum = Object.values(adjustments).reduce((total, each) => total + each, plain[account].initialMargin);
      expect(Math.abs(sum / initialMargin - 1)).toBeLessThan(1e-14);
      const parts = Object.assign({}, ...alone.map((each) => each[account].adjustments)) as Record<string, number>;
      expect(adjustments).toEqual(parts);
    });
  });

  it('take the volatility of the dynamic margin where the parameters give none', async () => {
    const dynamic = new DynamicMargin({
      source: 'test', date: '2026-08-01', unscaled: ['eth'],
      underlyings: { btc: { volatility: { kind: 'ewma', lambda: 0.5 }, scaler: { referenceVolatility: 0.04, cap: 1 } } },
    });
    const module = new AddOns({ parameters: parametersOf({ liquidationCost }, { eth: underlyings.eth }), dailyVolatility: (name) => dynamic.dailyVolatility(name) });
    const engine = perpetualEngine([[10, 0, 1000]], [dynamic, module]);
    await engine.apply(command('tick'));
    expect(engine.status('account-0')[0].adjustments['market-impact']).toBeCloseTo(28.284271247461902, 10);
    // (0.0016 + 0.0272) / 2 = 0.12^2: three times the volatility, three times the impact.
    await engine.apply(command('dynamic.observe', 1, { returns: { btc: Math.sqrt(0.0272) } }));
    await engine.apply(command('tick', 1));
    expect(engine.status('account-0')[0].adjustments['market-impact']).toBeCloseTo(3 * 28.284271247461902, 9);
    await engine.close();
  });
});

describe('the manifest', () => {
  const required = parametersOf({ concentration, liquidationCost });

  it('an add-on that is required and not configured is refused: the OCC omission of 2019 to 2021', () => {
    for (const name of ['concentration', 'liquidationCost']) {
      expect(() => new AddOns({ parameters: { ...required, [name]: undefined } })).toThrow(new RegExp(`add-ons.${name} is required by add-ons.required`));
      // And one that is configured and not required: nobody would miss it.
      const listed = (required['required'] as string[]).filter((each) => each !== name);
      expect(() => new AddOns({ parameters: { ...required, required: listed } })).toThrow(new RegExp(`must name ${name}, which is configured`));
    }
  });

  const inputs: readonly [string, () => ReturnType<typeof perpetualMarket>, object][] = [
    ['concentration: averageDailyVolume of btc', () => perpetualMarket({ averageDailyVolume: [NaN, 1000] }), underlyings],
    ['liquidationCost: averageDailyVolume of btc', () => perpetualMarket({ averageDailyVolume: [0, 1000] }), underlyings],
    ['liquidationCost: halfSpread of BTC', () => perpetualMarket({ halfSpread: [NaN, 0.01] }), underlyings],
    ['liquidationCost: dailyVolatility of btc', () => perpetualMarket(), { eth: underlyings.eth }],
    ['concentration: openInterest of BTC', () => ({ ...perpetualMarket(), openInterest: Float64Array.of(0, 5000) }), underlyings],
  ];

  it.each(inputs)('an input that is missing is a failure of whoever needs it, and says which: %s', async (input, market, liquidity) => {
    const module = addOns({ concentration, liquidationCost }, liquidity);
    const engine = perpetualEngine([[1, 0, 1000], [0, 1, 1000], [1, 1, 1000]], [module], market());
    const outcome = await engine.apply(command('tick'));
    expect(engine.counts).toMatchObject({ quarantined: 2, healthy: 1 });
    expect(Number.isNaN(engine.status('account-0')[0].adjustments['half-spread'])).toBe(true);
    expect(module.manifest.missing).toContain(input);
    expect(module.manifest.accountsFailed).toBe(2);
    const [event] = eventsOf(outcome);
    expect(event).toMatchObject({ kind: 'input-missing', data: { accounts: 2 } });
    expect(event.data['inputs']).toContain(input);
    expect(eventsOf(await engine.apply(command('tick')))).toEqual([]);
    await engine.close();
  });

  it('once the input is there, the accounts are back', async () => {
    const module = addOns({ concentration, liquidationCost });
    const engine = perpetualEngine([[1, 0, 1000]], [module], perpetualMarket({ averageDailyVolume: [NaN, 1000] }));
    await engine.apply(command('tick'));
    expect(engine.counts).toMatchObject({ quarantined: 1 });
    const restored = await AccountEngine.restore(engine.snapshot(), { modules: [addOns({ concentration, liquidationCost })] });
    expect(restored.stateHash()).toBe(engine.stateHash());
    const quotes = { fields: { averageDailyVolume: { BTC: 20 } } };
    const tick = command('tick', 1, { quotes });
    for (const each of [engine, restored]) {
      expect(eventsOf(await each.apply(tick))).toMatchObject([{ kind: 'inputs-complete' }]);
      expect(each.counts).toMatchObject({ quarantined: 0, healthy: 1 });
    }
    expect(restored.stateHash()).toBe(engine.stateHash());
    await engine.close();
    await restored.close();
  });

  it('a volume in the parameters stands for the missing quote; an assumed spread does too', async () => {
    const assumed = { ...liquidationCost, assumedHalfSpread: { perpetual: 0.001 } };
    const module = addOns({ concentration, liquidationCost: assumed }, { ...underlyings, btc: { dailyVolatility: 0.04, averageDailyVolume: 20 } });
    const engine = perpetualEngine([[10, 0, 1000]], [module], perpetualMarket({ averageDailyVolume: [NaN, NaN], halfSpread: [NaN, NaN] }));
    await engine.apply(command('tick'));
    expect(module.manifest.missing).toEqual([]);
    expect(engine.status('account-0')[0].adjustments['concentration']).toBeCloseTo(90, 10);
    expect(engine.status('account-0')[0].adjustments['half-spread']).toBe(1);
    await engine.close();
  });
});

/** Long BTC in coin, or a short put, with bitcoin as collateral: one account of a coin-margined market. */
function coinEngine(positions: readonly (readonly [string, number])[], cash: number, modules: AddOns[], fields?: Market['fields']): AccountEngine {
  const market: Market = { ...tinyMarket(), ...(fields === undefined ? {} : { fields }) };
  const rows = positions.map(([name]) => market.instruments.findIndex((each) => each.name === name));
  const params: unknown = JSON.parse(readFileSync(new URL('../../data/params/deribit-pm-2024-06-17.json', import.meta.url), 'utf8'));
  const book: Book = {
    accountIds: ['coin'], currencies: ['BTC'], quarantined: [],
    positions: {
      accountIndex: new Uint32Array(rows.length), instrumentIndex: Uint32Array.from(rows),
      quantity: Float64Array.from(positions, ([, quantity]) => quantity), entryPrice: new Float64Array(rows.length).fill(60_000),
    },
    cash: { accountIndex: Uint32Array.of(0), currencyIndex: Uint32Array.of(0), amount: Float64Array.of(cash) },
  };
  return AccountEngine.create({ market, book, params, modules });
}

describe('wrong-way collateral', () => {
  const asset = { fall: 0.5, rate: 0.8, correlations: { btc: 1, spx: 0.3 } };
  const charged = async (positions: readonly (readonly [string, number])[], cash: number, given: object = asset): Promise<number> => {
    const engine = coinEngine(positions, cash, [addOns({ wrongWayCollateral: { maintenanceShare: 1, assets: { btc: given } } }, {})]);
    await engine.apply(command('tick'));
    const [status] = engine.status('coin');
    await engine.close();
    return status.adjustments['wrong-way-collateral'];
  };
  const put = `BTC-${tinyMarket().asOfMs + 98 * 86_400_000}-60000-put`;

  it('charges the loss that collateral and positions share', async () => {
    // 3000 contracts of 10 USD lose 15,000 when BTC halves; 2 BTC of collateral lose 60,000: 0.8 x 15,000 / 60,000.
    expect(await charged([['BTC-F0', 3000]], 2)).toBeCloseTo(0.2, 12);
    // An underlying that moves by half of the fall: 7,500. One that moves against it: a gain.
    expect(await charged([['BTC-F0', 3000]], 2, { ...asset, correlations: { btc: 0.5 } })).toBeCloseTo(0.1, 12);
    expect(await charged([['BTC-F0', 3000]], 2, { ...asset, correlations: { btc: -0.5 } })).toBe(0);
    // With a quarter of a coin the collateral is the less: 7,500.
    expect(await charged([['BTC-F0', 3000]], 0.25)).toBeCloseTo(0.1, 12);
    // A short position gains: no wrong way.
    expect(await charged([['BTC-F0', -3000]], 2)).toBe(0);
    expect(await charged([['BTC-F0', 3000]], 0)).toBe(0);
    // A venue's own token falls whatever is held.
    expect(await charged([['BTC-F0', -3000]], 2, { ...asset, always: true })).toBeCloseTo(0.8, 12);
  });

  it('reprices options: a short put on the collateral itself', async () => {
    // Black-76 at 0.4 and 98 days (mpmath): 4952.3474004549 at 60,000, 30000.9406914914 at 30,000; one put per coin.
    expect(await charged([[put, -1]], 2)).toBeCloseTo((0.8 * (30000.9406914914 - 4952.3474004549)) / 60_000, 12);
    expect(await charged([[put, 1]], 2)).toBe(0);
  });
});

describe('charges of several netting sets', () => {
  /** One account with sets in BTC and USDC; one instrument each, one unit of BTC per contract. */
  const slots = (coin: number, dollars: number): PositionSlots => ({
    setCount: 2, account: Uint32Array.of(0, 0), currency: Uint8Array.of(0, 1), first: Uint32Array.of(0, 1), count: Uint32Array.of(1, 1),
    cash: new Float64Array(2), row: Uint32Array.of(0 << flagBits, 1 << flagBits), quantity: Float64Array.of(coin, dollars),
  });
  const ones = Float64Array.of(1, 1);
  const terms: ContractTerms = {
    delta: ones, notional: ones, measure: ones, halfSpread: new Float64Array(2), underlyingMeasure: Float64Array.of(20),
    dailyVolume: Float64Array.of(20), dailyVolatility: Float64Array.of(0.04), price: Float64Array.of(100), assets: [], dollars: ones,
  };
  const parameters = parseAddOnParameters(parametersOf({ concentration: { ...concentration, instrument: undefined }, liquidationCost }));
  const charge = (coin: number, dollars: number) => {
    const columns = emptyCharges(2);
    const rows = { names: ['btc'], ofRow: Int32Array.of(0, 0) };
    new AddOnCharges(slots(coin, dollars), rows, terms, parameters, ['BTC', 'USDC'], columns).run(() => {});
    return columns;
  };

  it('are for the whole account, and go to the sets by their deltas, each in its currency', () => {
    // 6 + 4 = 10 BTC as above: 0.9 BTC; six tenths in coin, four tenths at 100.
    expect(charge(6, 4).concentration[0]).toBeCloseTo(0.54, 12);
    expect(charge(6, 4).concentration[1]).toBeCloseTo(36, 10);
    // Hedged across currencies: nothing to liquidate on balance.
    expect(Array.from(charge(6, -6).impact)).toEqual([0, 0]);
  });

  it('nothing of an account is left for the next one', () => {
    const columns = emptyCharges(4);
    const two: PositionSlots = {
      ...slots(0, 0), setCount: 4, account: Uint32Array.of(0, 0, 1, 1), currency: Uint8Array.of(0, 1, 0, 1), cash: new Float64Array(4),
      first: Uint32Array.of(0, 1, 2, 3), count: Uint32Array.of(1, 1, 1, 1),
      row: Uint32Array.of(0, 1 << flagBits, 0, 1 << flagBits), quantity: Float64Array.of(6, 4, 1, 9),
    };
    new AddOnCharges(two, { names: ['btc'], ofRow: Int32Array.of(0, 0) }, terms, parameters, ['BTC', 'USDC'], columns).run(() => {});
    const expected = [0.54, 36, 0.09, 81];
    expected.forEach((amount, set) => expect(columns.concentration[set]).toBeCloseTo(amount, 10));
  });

  it('volumes of options are not volumes of the underlying', async () => {
    const market = tinyMarket();
    const volumes = market.instruments.map(({ kind }) => (kind === 'option' ? 1e9 : kind === 'perpetual' ? 120_000 : NaN));
    const impact = async (fields: Market['fields']): Promise<number> => {
      const liquid = { ...liquidationCost, assumedHalfSpread: { perpetual: 0 } };
      const engine = coinEngine([['BTC-F0', 3000]], 2, [addOns({ liquidationCost: liquid }, { btc: { dailyVolatility: 0.04 } })], fields);
      await engine.apply(command('tick'));
      const [{ adjustments }] = engine.status('coin');
      await engine.close();
      return adjustments['market-impact'];
    };
    // 120,000 contracts of 10 USD at 60,000 are 20 BTC a day; half a coin: 0.04 sqrt(1/40) / 2.
    expect(await impact(new Map([['averageDailyVolume', Float64Array.from(volumes)]]))).toBeCloseTo(0.02 * Math.sqrt(1 / 40), 12);
  });

  it('splitting a position over currencies does not avoid the charge', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.1, max: 50, noNaN: true }), fc.double({ min: 0.01, max: 0.99, noNaN: true }), (size, part) => {
        const whole = charge(size, 0);
        const split = charge(size * part, size * (1 - part));
        for (const name of chargeNames) {
          const total = whole[name][0];
          expect(Math.abs(split[name][0] + split[name][1] / 100 - total)).toBeLessThanOrEqual(1e-10 * Math.max(total, 1));
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe('the formulas', () => {
  const size = fc.double({ min: 0, max: 1e6, noNaN: true });
  const tiers = fc
    .array(fc.tuple(fc.double({ min: 0.01, max: 5, noNaN: true }), fc.double({ min: 0, max: 0.3, noNaN: true })), { minLength: 1, maxLength: 5 })
    .map((steps) => {
      let from = 0;
      let rate = 0;
      return steps.map(([more, dearer]) => ({ from: (from += more), rate: (rate += dearer) }));
    });

  it('concentration is zero up to the threshold, convex, and cheaper when split', () => {
    fc.assert(
      fc.property(size, size, fc.double({ min: 1, max: 1e5, noNaN: true }), tiers, (a, b, measure, table) => {
        const charge = (x: number): number => concentrationCharge(x, measure, table);
        expect(charge(Math.min(a, table[0].from * measure))).toBe(0);
        const tolerance = 1e-9 * (a + b + measure);
        expect(charge((a + b) / 2)).toBeLessThanOrEqual((charge(a) + charge(b)) / 2 + tolerance);
        expect(charge(a + b)).toBeGreaterThanOrEqual(charge(a) + charge(b) - tolerance);
      }),
      { numRuns: 5000 },
    );
  });

  it('closing costs more than in proportion: 4 times the size 8 times the impact', () => {
    const rule = parseAddOnParameters(parametersOf({ liquidationCost })).liquidationCost!;
    fc.assert(
      fc.property(fc.double({ min: 1e-3, max: 1e5, noNaN: true }), (quantity) => {
        const once = closingCost(quantity, 100, 0.04, rule);
        expect(closingCost(quantity * 4, 100, 0.04, rule).impact / once.impact).toBeCloseTo(8, 10);
        expect(once.days).toBeGreaterThanOrEqual(1);
        expect(once.days).toBeLessThanOrEqual(10);
        expect(once.priceRisk === 0).toBe(quantity <= 10);
      }),
      { numRuns: 2000 },
    );
  });

  it('an unknown measure is NaN, also for a position of nothing', () => {
    for (const measure of [NaN, 0, -1, Infinity]) expect(concentrationCharge(0, measure, [{ from: 1, rate: 1 }])).toBeNaN();
    const rule = parseAddOnParameters(parametersOf({ liquidationCost })).liquidationCost!;
    expect(closingCost(1, 10, NaN, rule).impact).toBeNaN();
    expect(wrongWayCharge(NaN, 1, { fall: 1, rate: 1, always: false })).toBeNaN();
    expect(wrongWayCharge(1, NaN, { fall: 1, rate: 1, always: false })).toBeNaN();
  });
});

describe('parameters', () => {
  it.each([
    [{ concentration: { ...concentration, underlying: { measure: 'volume', tiers: [] } } }, /concentration.underlying.measure must be/],
    [{ concentration: { maintenanceShare: 1 } }, /must have an underlying or an instrument rule/],
    [{ concentration: { ...concentration, instrument: { measure: 'openInterest', tiers: [] } } }, /must have at least one tier/],
    [{ concentration: { ...concentration, instrument: { measure: 'openInterest', tiers: [{ from: 1, rate: 0.2 }, { from: 2, rate: 0.1 }] } } }, /tiers\[1\].rate must be at least/],
    [{ concentration: { ...concentration, instrument: { measure: 'openInterest', tiers: [{ from: 1, rate: 0.1 }, { from: 1, rate: 0.1 }] } } }, /tiers\[1\].from must be more/],
    [{ liquidationCost: { ...liquidationCost, participation: 0 } }, /liquidationCost.participation/],
    [{ liquidationCost: { ...liquidationCost, horizonDays: { min: 5, max: 1 } } }, /horizonDays.max/],
    [{ liquidationCost: { ...liquidationCost, assumedHalfSpread: { perpetuals: 1 } } }, /assumedHalfSpread.perpetuals is not known/],
    [{ wrongWayCollateral: { maintenanceShare: 1, assets: { BTC: {} } } }, /assets.BTC must be named in lower case/],
    [{ wrongWayCollateral: { maintenanceShare: 1, assets: { btc: { fall: 0.5, rate: 1, correlations: { eth: 2 } } } } }, /correlations.eth must be a number in \[-1, 1\], got 2/],
  ])('%# are refused, naming the field', (sections, message) => {
    expect(() => parseAddOnParameters(parametersOf(sections))).toThrow(message);
  });

  it('name only underlyings that the market has', () => {
    expect(() => perpetualEngine([[1, 0, 0]], [addOns({ liquidationCost }, { btcc: { dailyVolatility: 0.1 } })])).toThrow(/add-ons.underlyings.btcc must be an underlying of the market \(btc, eth\)/);
  });

  it('charge wrong-way collateral only of assets that accounts can hold', () => {
    const of = (asset: string): unknown => ({ maintenanceShare: 1, assets: { [asset]: { fall: 0.5, rate: 1, always: true } } });
    const attach = (asset: string): AccountEngine => coinEngine([], 1, [addOns({ wrongWayCollateral: of(asset) }, {})]);
    expect(() => attach('btcc')).toThrow(/add-ons\.wrongWayCollateral\.assets\.btcc must be a currency of the accounts or a base currency of spot \(.*btc.*\)/);
    expect(() => attach('btc')).not.toThrow();
  });
});
