import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AccountEngine } from '../../src/account/account-engine.ts';
import { DynamicMargin } from '../../src/dynamic/dynamic-margin.ts';
import { parseDynamicRules } from '../../src/dynamic/dynamic-margin-rules.ts';
import { scaledParameters, volatilityScaler } from '../../src/dynamic/volatility-scaler.ts';
import { command, eventsOf, perpetualEngine } from './fixtures.ts';

/** EWMA with weights of a half: a day's arithmetic is easy. Reference 2% a day. */
const btc = {
  volatility: { kind: 'ewma', lambda: 0.5 },
  scaler: { referenceVolatility: 0.02, floor: 1, cap: 4 },
};
const rules = (underlyings: object = { btc }, unscaled = ['eth'], mix = 'largest'): unknown => ({
  source: 'made up for this test', date: '2026-08-01', mix, underlyings, unscaled,
});

describe('dynamic margin in the account engine', () => {
  it('multiplies initial and maintenance margin of those who hold the underlying', async () => {
    const engine = perpetualEngine([[10, 0, 1000], [0, 10, 1000], [0, 0, 1000]], [new DynamicMargin(rules())]);
    await engine.apply(command('tick'));
    expect(engine.status('account-0')[0]).toMatchObject({ initialMargin: 100, maintenanceMargin: 50, adjustments: { 'dynamic-margin': 0 } });
    // Variance (0.02^2 + 0.06^2) / 2 = 0.002: sigma 0.0447, scaler sqrt(5).
    const outcome = await engine.apply(command('dynamic.observe', 1, { returns: { btc: -0.06 } }));
    expect(eventsOf(outcome)).toMatchObject([{ kind: 'observed', data: { underlying: 'btc', day: '2026-08-02' } }]);
    await engine.apply(command('tick', 1));
    const [status] = engine.status('account-0');
    expect(status.initialMargin).toBeCloseTo(100 * Math.sqrt(5), 10);
    expect(status.maintenanceMargin).toBeCloseTo(50 * Math.sqrt(5), 10);
    expect(status.adjustments['dynamic-margin']).toBeCloseTo(100 * (Math.sqrt(5) - 1), 10);
    expect(engine.status('account-1')[0]).toMatchObject({ initialMargin: 10, adjustments: { 'dynamic-margin': 0 } });
    expect(engine.status('account-2')[0].initialMargin).toBe(0);
    await engine.close();
  });

  it('takes prices; the first one gives no return; floor and cap hold', async () => {
    const module = new DynamicMargin(rules());
    const engine = perpetualEngine([[10, 0, 1000]], [module]);
    await engine.apply(command('dynamic.observe', 0, { prices: { btc: 100 } }));
    expect(module.underlyings['btc']).toMatchObject({ volatility: 0.02, lastDay: '2026-08-01' });
    await engine.apply(command('dynamic.observe', 1, { prices: { btc: 100 } }));
    // A return of nothing: 0.02 / sqrt(2), below the floor.
    expect(module.underlyings['btc'].volatility).toBeCloseTo(0.02 * Math.SQRT1_2, 12);
    expect(module.underlyings['btc'].items.margin).toBe(1);
    await engine.apply(command('dynamic.observe', 2, { prices: { btc: 50 } }));
    // ln 2 / sqrt(2) = 0.49: 24 times the reference, capped.
    expect(module.underlyings['btc'].volatility).toBeCloseTo(Math.sqrt(0.0001 + (Math.LN2 * Math.LN2) / 2), 12);
    expect(module.underlyings['btc'].items.margin).toBe(4);
    await engine.close();
  });

  it('mixes several underlyings: the largest multiplier, or their mean by notional', async () => {
    const eth = { ...btc, scaler: { ...btc.scaler, referenceVolatility: 0.04 } };
    const margins = await Promise.all(['largest', 'notional'].map(async (mix) => {
      const engine = perpetualEngine([[1, -30, 1000]], [new DynamicMargin(rules({ btc, eth }, [], mix))]);
      // BTC: sqrt((4 + 60) / 2 / 4) = sqrt(8); ETH stays at 1: its return is its volatility.
      await engine.apply(command('dynamic.observe', 1, { returns: { eth: 0.04, btc: Math.sqrt(60) / 100 } }));
      await engine.apply(command('tick', 1));
      const [{ initialMargin }] = engine.status('account-0');
      await engine.close();
      return initialMargin;
    }));
    // Model: 10% of 100 + 300. Notional weights 1/4 and 3/4, whatever the side.
    expect(margins[0]).toBeCloseTo(40 * Math.sqrt(8), 9);
    expect(margins[1]).toBeCloseTo(40 * (Math.sqrt(8) / 4 + 3 / 4), 9);
  });

  it('limits and alarms a tenfold jump, and says so as an event (OCC, February 2018)', async () => {
    const tools = { speedLimit: { perDay: 0.2, shortfallMax: 0.8, shortfallDaysMax: 3 }, alarm: { above: 2 } };
    const module = new DynamicMargin(rules({ btc: { ...btc, scaler: { ...btc.scaler, cap: 100 }, tools } }));
    const engine = perpetualEngine([[10, 0, 1000]], [module]);
    await engine.apply(command('tick'));
    // Variance (0.0004 + 0.0796) / 2 = 0.04: sigma 20%, ten times the reference. 80% below the base is the bound: 2.
    const outcome = await engine.apply(command('dynamic.observe', 1, { returns: { btc: Math.sqrt(0.0796) } }));
    const alarm = eventsOf(outcome).find(({ kind }) => kind === 'responsiveness-alarm')!;
    expect(alarm.data['jump']).toBeCloseTo(10, 10);
    expect(alarm.data['asked']).toBeCloseTo(10, 10);
    expect(alarm.data['multiplier']).toBeCloseTo(2, 10);
    await engine.apply(command('tick', 1));
    expect(engine.status('account-0')[0].initialMargin).toBeCloseTo(200, 8);
    await engine.close();
  });

  it('reports the buffer when it is released', async () => {
    const tools = { buffer: { referenceDays: 2, releaseAbove: 1.1 } };
    const module = new DynamicMargin(rules({ btc: { ...btc, tools } }));
    const engine = perpetualEngine([[10, 0, 1000]], [module]);
    await engine.apply(command('tick'));
    expect(engine.status('account-0')[0].initialMargin).toBeCloseTo(125, 10);
    // Scaler 1.2: variance 0.0004 x 1.44, so the square is 0.0004 x 1.88. The buffer pays: 125 stays.
    const outcome = await engine.apply(command('dynamic.observe', 1, { returns: { btc: 0.02 * Math.sqrt(1.88) } }));
    expect(eventsOf(outcome)[1]).toMatchObject({ kind: 'buffer', data: { from: 'full', to: 'released' } });
    await engine.apply(command('tick', 1));
    expect(engine.status('account-0')[0].initialMargin).toBeCloseTo(125, 10);
    await engine.close();
  });

  it('refuses a bad observation whole, naming field and value', async () => {
    const module = new DynamicMargin(rules({ btc, eth: btc }, []));
    const engine = perpetualEngine([[10, 0, 1000]], [module]);
    await engine.apply(command('dynamic.observe', 1, { prices: { btc: 100, eth: 10 } }));
    const before = JSON.stringify(module.state());
    const refused: [Record<string, unknown>, RegExp][] = [
      [{ prices: { btc: -1 } }, /prices.btc: must be a number > 0, got -1/],
      [{ prices: { btc: 100, sol: 1 } }, /prices.sol: must be of an underlying with rules \(btc, eth\)/],
      [{ returns: { btc: '0.1' } }, /returns.btc: must be a number, got "0.1"/],
      [{ prices: { btc: 1 }, returns: { btc: 1 } }, /returns.btc: must be absent/],
      [{}, /prices: must be a price or return of at least one underlying/],
      [{ prices: [1] }, /prices: must be an object/],
      [{ day: '2026-13-01', prices: { btc: 1 } }, /day: must be a date/],
      [{ price: { btc: 1 } }, /price: must be one of/],
      // The second underlying of the day is observed already: the first is not taken either.
      [{ day: '2026-08-02', prices: { btc: 100, eth: 11 } }, /day of btc must be after 2026-08-02/],
    ];
    for (const [fields, message] of refused) {
      await expect(engine.apply(command('dynamic.observe', 2, fields))).rejects.toThrow(message);
      expect(JSON.stringify(module.state())).toBe(before);
    }
    await engine.close();
  });

  it('changes its rules while running: volatility, prices and buffer stay', async () => {
    const module = new DynamicMargin(rules());
    const engine = perpetualEngine([[10, 0, 1000]], [module]);
    await engine.apply(command('dynamic.observe', 1, { returns: { btc: 0.06 } }));
    const { volatility } = module.underlyings['btc'];
    const outcome = await engine.apply(command('dynamic.rules', 2, { rules: rules({ btc: { ...btc, scaler: { referenceVolatility: 0.04 } }, eth: btc }, []) }));
    expect(eventsOf(outcome)).toMatchObject([{ kind: 'rules-changed' }]);
    expect(module.underlyings['btc'].volatility).toBe(volatility);
    expect(module.underlyings['eth'].volatility).toBe(0.02);
    await expect(engine.apply(command('dynamic.rules', 3, { rules: rules({ btc }, []) }))).rejects.toThrow(/rules.underlyings.eth is missing/);
    await engine.close();
  });

  it('restores to the same hash and goes on alike', async () => {
    const eth = { ...btc, scaler: { ...btc.scaler, percentileFloor: { percentile: 0.5, days: 3 } }, tools: { buffer: {}, speedLimit: {} } };
    const make = (): DynamicMargin => new DynamicMargin(rules({ btc, eth }, []));
    const whole = perpetualEngine([[10, 3, 1000], [-2, 5, 70]], [make()]);
    const commands = [1, 2, 3, 4].flatMap((days) => [
      command('dynamic.observe', days, { returns: { btc: 0.05 * days, eth: -0.03 * days } }),
      command('tick', days),
    ]);
    await whole.applyAll(commands.slice(0, 4));
    const restored = await AccountEngine.restore(whole.snapshot(), { modules: [make()] });
    expect(restored.stateHash()).toBe(whole.stateHash());
    expect(restored.status('account-0')).toEqual(whole.status('account-0'));
    for (const engine of [whole, restored]) await engine.applyAll(commands.slice(4));
    expect(restored.stateHash()).toBe(whole.stateHash());
    await whole.close();
    await restored.close();
  });

  it('reports how procyclical the multipliers were', async () => {
    const tools = { buffer: { referenceDays: 5, releaseAbove: 10 } };
    const module = new DynamicMargin(rules({ btc: { ...btc, tools } }));
    const engine = perpetualEngine([[10, 0, 1000]], [module]);
    await engine.apply(command('dynamic.observe', 1, { returns: { btc: -0.06 } }));
    const events = eventsOf(await engine.apply(command('dynamic.report', 1)));
    // Multipliers 1.25 and 1.25 sqrt(5), scalers 1 and sqrt(5).
    const [{ kind, data }] = events;
    expect(kind).toBe('procyclicality');
    expect(data).toMatchObject({ underlying: 'btc' });
    expect(data['peakToTrough']).toBeCloseTo(Math.sqrt(5), 12);
    expect(data['relativeCost']).toBeCloseTo(0.25, 12);
    expect(module.procyclicality('btc', [1]).rises[0].ratio).toBeCloseTo(Math.sqrt(5) - 1, 12);
    expect(() => module.procyclicality('eth')).toThrow(/no rules scale an underlying 'eth'/);
    await engine.close();
  });

  it('follows a book that changes between ticks', async () => {
    const engine = perpetualEngine([[10, 0, 1000], [0, 10, 1000]], [new DynamicMargin(rules())]);
    await engine.apply(command('dynamic.observe', 1, { returns: { btc: 1 } }));
    await engine.apply(command('tick', 1));
    const changes = { positions: [{ account: 'account-1', instrument: 'BTC', quantity: 1, entryPrice: 100 }, { account: 'account-0', instrument: 'BTC', quantity: 0 }] };
    await engine.apply(command('book', 1, { changes }));
    await engine.apply(command('tick', 1));
    expect(engine.status('account-0')[0].initialMargin).toBe(0);
    // Capped at 4: 10% of 100 + 100.
    expect(engine.status('account-1')[0].initialMargin).toBeCloseTo(80, 10);
    await engine.close();
  });
});

describe('rules', () => {
  it.each([
    [{ ...(rules() as object), mix: 'mean' }, /rules.mix must be largest or notional/],
    [rules({ btc: { ...btc, scaler: { referenceVolatility: 0 } } }), /rules.underlyings.btc.scaler.referenceVolatility/],
    [rules({ btc: { ...btc, scaler: { referenceVolatility: 1, floor: 0.5 } } }), /scaler.floor must be >= 1/],
    [rules({ btc: { ...btc, scaler: { referenceVolatility: 1, floor: 2, cap: 1 } } }), /scaler.cap must be >= floor, 2/],
    [rules({ btc: { ...btc, tools: { floor: {} } } }), /rules.underlyings.btc.tenYearVolatility/],
    [rules({ btc: { ...btc, tools: { stress: {} } } }), /rules.underlyings.btc.stressVolatility/],
    [rules({ btc: { ...btc, tool: {} } }), /rules.underlyings.btc.tool is not known/],
    [{ underlyings: {} }, /rules.source/],
  ])('%# are refused', (input, message) => {
    expect(() => parseDynamicRules(input)).toThrow(message);
  });

  it('no underlying of the market is forgotten', () => {
    expect(() => perpetualEngine([[1, 0, 0]], [new DynamicMargin(rules({ btc }, []))])).toThrow(/rules.underlyings.eth is missing/);
    expect(() => perpetualEngine([[1, 0, 0]], [new DynamicMargin(rules({ btc }, ['btc', 'eth']))])).toThrow(/btc is also in unscaled/);
  });
});

describe('scaler', () => {
  const rule = { referenceVolatility: 0.02, floor: 0.8, cap: 3 };
  const withPast = { ...rule, percentileFloor: { percentile: 0.25, days: 100 } };

  it('is volatility over reference, between floor and cap, and at least a quantile of its past', () => {
    expect(volatilityScaler(0.03, [], rule).value).toBeCloseTo(1.5, 12);
    expect(volatilityScaler(0.001, [], rule).value).toBe(0.8);
    expect(volatilityScaler(0.5, [], rule).value).toBe(3);
    // Type 7: (5 - 1) x 0.25 = 1: the second smallest.
    expect(volatilityScaler(0.001, [0.05, 0.01, 0.03, 0.02, 0.04], withPast)).toMatchObject({ volatilityFloor: 0.02, value: 1 });
  });

  it('is monotone and bounded', () => {
    const volatility = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(volatility, volatility, fc.array(volatility, { maxLength: 20 }), (low, more, past) => {
        const { value } = volatilityScaler(low, past, withPast);
        expect(value).toBeGreaterThanOrEqual(0.8);
        expect(value).toBeLessThanOrEqual(3);
        expect(volatilityScaler(low + more, past, withPast).value).toBeGreaterThanOrEqual(value);
      }),
      { numRuns: 2000 },
    );
  });

  it('scales parameters by path, in a copy', () => {
    const params = { pairs: { btc_usd: { range: 0.16, name: 'x' } }, shocks: [{ move: 1 }, { move: 2 }] };
    expect(scaledParameters(params, ['pairs.btc_usd.range', 'shocks[1].move'], 1.5)).toEqual({
      pairs: { btc_usd: { range: 0.24, name: 'x' } }, shocks: [{ move: 1 }, { move: 3 }],
    });
    expect(params.pairs.btc_usd.range).toBe(0.16);
    for (const path of ['pairs.eth_usd.range', 'pairs.btc_usd.name', 'shocks[2].move', '__proto__.x', 'pairs']) {
      expect(() => scaledParameters(params, [path], 2)).toThrow(/must be a number of the parameters/);
    }
  });
});
