import { describe, expect, it } from 'vitest';
import { pairStrategies, parseRegtParams, shippedParams, type PairedStrategies, type PairingOption } from '../../src/index.ts';

const params = parseRegtParams(shippedParams('regt'));
const asOfMs = Date.UTC(2026, 2, 2);
const dayMs = 24 * 3600 * 1000;

function option(type: 'call' | 'put', strike: number, quantity: number, markPrice: number, days = 30): PairingOption {
  return { type, strike, quantity, markPrice, expiryMs: asOfMs + days * dayMs };
}

function pairs(price: number, options: readonly PairingOption[], rest: Partial<Parameters<typeof pairStrategies>[0]> = {}): PairedStrategies {
  return pairStrategies({ params, purpose: 'maintenance', asOfMs, price, underlying: { class: 'equity' }, options, ...rest });
}

const namesOf = ({ strategies }: PairedStrategies): string[] => strategies.map(({ times, name }) => `${times} ${name}`).sort();

describe('strategies of a position', () => {
  it('keeps two debit spreads together where a ladder would leave a call uncovered (LEAN issue 9638)', () => {
    const paired = pairs(600, [option('call', 598, 1, 9), option('call', 603, -1, 6), option('call', 600, 1, 8), option('call', 605, -1, 5)]);
    expect(paired.requirement).toBe(0);
    expect(namesOf(paired)).toEqual(['1 bull call spread', '1 bull call spread']);
  });

  it('nets a credit spread with a debit spread (broker documentation of the universal spread rule: 0 instead of 1,000)', () => {
    const paired = pairs(150, [option('call', 100, 1, 51), option('call', 110, -1, 41), option('call', 200, 1, 1), option('call', 190, -1, 2)]);
    expect(paired.requirement).toBe(0);
    expect(paired.gap).toBe(0);
  });

  it('charges the credit spread alone its width', () => {
    const paired = pairs(150, [option('call', 200, 1, 1), option('call', 190, -1, 2)]);
    expect(paired.requirement).toBe(1000);
    expect(namesOf(paired)).toEqual(['1 bear call spread']);
  });

  it.each<[string, number, number, PairingOption[]]>([
    ['1 iron condor', 1000, 0, [option('put', 80, 1, 1), option('put', 90, -1, 2), option('call', 110, -1, 2), option('call', 120, 1, 1)]],
    ['1 reverse iron condor', 0, 0, [option('put', 80, -1, 1), option('put', 90, 1, 2), option('call', 110, 1, 2), option('call', 120, -1, 1)]],
    ['2 iron butterfly', 2000, 0, [option('put', 90, 2, 1), option('put', 100, -2, 4), option('call', 100, -2, 4), option('call', 110, 2, 1)]],
    ['1 long call butterfly', 0, 0, [option('call', 90, 1, 12), option('call', 100, -2, 4), option('call', 110, 1, 1)]],
    ['1 short put butterfly', 1000, 0, [option('put', 90, -1, 1), option('put', 100, 2, 4), option('put', 110, -1, 12)]],
    ['1 long call condor', 0, 0, [option('call', 85, 1, 16), option('call', 95, -1, 7), option('call', 105, -1, 2), option('call', 115, 1, 1)]],
    ['1 short box', 1000, 0, [option('call', 95, -1, 7), option('call', 105, 1, 2), option('put', 95, 1, 2), option('put', 105, -1, 7)]],
    ['1 call calendar spread', 0, 0, [option('call', 100, -1, 4), option('call', 100, 1, 6, 60)]],
    ['1 put diagonal spread', 500, 0, [option('put', 100, -1, 4), option('put', 95, 1, 4, 60)]],
    ['1 short combination', 2600, 0, [option('call', 100, -1, 4), option('put', 95, -1, 2)]],
    ['1 covered call', 2500, 100, [option('call', 110, -1, 1)]],
    ['1 collar', 1900, 100, [option('call', 110, -1, 1), option('put', 90, 1, 1)]],
    ['1 conversion', 1000, 100, [option('call', 100, -1, 4), option('put', 100, 1, 4)]],
    ['1 reverse conversion', 1000, -100, [option('call', 100, 1, 4), option('put', 100, -1, 4)]],
    ['1 covered put', 3000, -100, [option('put', 90, -1, 1)]],
    ['1 protective call', 1000, -100, [option('call', 100, 1, 4)]],
  ])('%s requires %d', (name, requirement, shares, options) => {
    const paired = pairs(100, options, { shares });
    expect(namesOf(paired)).toEqual([name]);
    expect(paired.requirement).toBe(requirement);
    expect(paired.strategies[0].shares * paired.strategies[0].times).toBe(shares);
  });

  it('lends on a long box of European index options only', () => {
    const box = [option('call', 95, 1, 7), option('call', 105, -1, 2), option('put', 95, -1, 2), option('put', 105, 1, 7)];
    const european = box.map((each) => ({ ...each, exercise: 'european' as const }));
    expect(namesOf(pairs(100, european, { underlying: { class: 'broadIndex' } }))).toEqual(['1 long box']);
    expect(pairs(100, european, { underlying: { class: 'broadIndex' } }).requirement).toBe(500);
    expect(pairs(100, european).requirement).toBe(0);
    expect(pairs(100, box, { underlying: { class: 'broadIndex' } }).requirement).toBe(0);
  });

  it('accounts for every contract and share once', () => {
    const options = [option('call', 95, -3, 7), option('call', 105, 2, 2), option('put', 95, -2, 2), option('put', 90, 1, 1), option('call', 110, 1, 1, 60)];
    const { strategies } = pairs(100, options, { shares: 250 });
    const contracts = options.map((_, index) =>
      strategies.reduce((sum, { legs, times }) => sum + times * (legs.find((leg) => leg.option === index)?.contracts ?? 0), 0),
    );
    expect(contracts).toEqual(options.map(({ quantity }) => quantity));
    expect(strategies.reduce((sum, { shares, times }) => sum + shares * times, 0)).toBe(250);
  });

  it('adds up to its requirement', () => {
    const options = [option('call', 95, -3, 7), option('call', 105, 2, 2), option('put', 95, -2, 2), option('put', 90, 1, 1)];
    for (const purpose of ['initial', 'maintenance'] as const) {
      const paired = pairs(100, options, { shares: 250, purpose });
      expect(paired.strategies.reduce((sum, { requirement }) => sum + requirement, 0)).toBeCloseTo(paired.requirement, 9);
    }
  });
});
