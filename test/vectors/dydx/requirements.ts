import { MargridError, marginAccount } from '../../../src/index.ts';
import { checkEqual, type Check } from '../check.ts';
import { numberOf, optionalNumber, type Fields } from '../fields.ts';
import { linearMarket } from '../tiered/linear-market.ts';
import { NumberBlock, optionalWhole, wholeOf } from '../tiered/number-block.ts';
import { blockFloats, readRequirement, riskOf } from './subaccount.ts';

/** Requirements of a position by the kernel and, where the numbers are those of a market, by the engine. */
export async function checkRequirements(fields: Fields): Promise<Check[]> {
  const { market, quantums, interest } = readRequirement(fields);
  const risk = riskOf(market, quantums, interest);
  const checks = [
    ...checkWhole('initial margin', risk.initial, fields, 'bigExpectedInitialMargin'),
    ...checkWhole('maintenance margin', risk.maintenance, fields, 'bigExpectedMaintenanceMargin'),
  ];
  const engine = await engineRisk(fields);
  if (engine === null) return checks;
  return [
    ...checks,
    ...checkWhole('initial margin (engine)', engine.initial, fields, 'bigExpectedInitialMargin'),
    ...checkWhole('maintenance margin (engine)', engine.maintenance, fields, 'bigExpectedMaintenanceMargin'),
  ];
}

function checkWhole(quantity: string, actual: bigint, fields: Fields, name: string): Check[] {
  if (fields[name] === undefined || fields[name] === null) return [];
  return [checkEqual(quantity, actual, wholeOf(fields, name))];
}

/** Null where the engine takes no such market: no price, no position, more than 2^53 quantums. */
async function engineRisk(fields: Fields): Promise<{ initial: bigint; maintenance: bigint } | null> {
  const { market, quantums, interest } = readRequirement(fields);
  const isExact = (value: bigint): boolean => value < 2n ** 53n && value > -(2n ** 53n);
  const exact = [market.price, quantums, interest.baseQuantums].every(isExact);
  if (!exact || market.price === 0n || quantums === 0n) return null;
  const price = Number(`${market.price}e${market.priceExponent}`);
  const coins = (base: bigint): number => Number(`${base}e${market.atomicResolution}`);
  const name = 'position';
  const quote = {
    name, baseCurrency: 'BASE', quoteCurrency: 'USDC', price, fields: { openInterest: coins(interest.baseQuantums) },
  };
  const result = await marginAccount({
    market: linearMarket([quote]),
    model: 'dydx',
    params: {
      source: 'case', date: '2025-01-01',
      liquidityTiers: {
        case: {
          initialMarginPpm: market.initialMarginPpm, maintenanceFractionPpm: market.maintenanceFractionPpm,
          openInterestLowerCap: interest.lowerCap / 1e6, openInterestUpperCap: interest.upperCap / 1e6,
        },
      },
      markets: {
        base: {
          atomicResolution: market.atomicResolution, priceExponent: market.priceExponent, liquidityTier: 'case',
        },
      },
    },
    positions: [{ instrument: name, quantity: coins(quantums), entryPrice: price }],
  });
  const [{ fault, initialMargin, maintenanceMargin }] = result;
  if (fault !== null) throw new MargridError('EngineState', fault);
  return { initial: BigInt(Math.round(initialMargin * 1e6)), maintenance: BigInt(Math.round(maintenanceMargin * 1e6)) };
}

/** Initial margin fraction scaled by open interest in quote quantums, and the requirement of a notional with it. */
export function checkScaledFraction(fields: Fields): Check[] {
  const interest = optionalWhole(fields, 'openInterestNotional', 0n);
  const notional = optionalWhole(fields, 'bigQuoteQuantums', 0n);
  const block = new NumberBlock(blockFloats)
    .setFloats([
      0, numberOf(fields, 'initialMarginPpm'), 0, optionalNumber(fields, 'openInterestLowerCap') ?? 0,
      optionalNumber(fields, 'openInterestUpperCap') ?? 0, optionalNumber(fields, 'customImfPpm') ?? 0,
    ])
    // A price of one makes notional and open interest of themselves.
    .setNumbers([notional, 1n, interest]);
  block.run('dydxPositionRisk');
  return [
    ...checkWhole('scaled fraction, ppm', BigInt(block.float(6)), fields, 'expectedPpm'),
    ...checkWhole('initial margin of a notional', block.number(4), fields, 'expectedInitialMarginQuoteQuantums'),
  ];
}
