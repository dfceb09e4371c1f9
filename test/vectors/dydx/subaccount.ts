import { Decimal } from '../decimal.ts';
import { CaseInputError, fieldsOf, listOf, numberOf, optionalNumber, type Fields } from '../fields.ts';
import { NumberBlock, optionalWhole, wholeOf } from '../tiered/number-block.ts';

/** Floats of a block before its numbers. */
export const blockFloats = 8;
/** 1e-6 USDC. */
export const quoteDecimals = 6;

/** A market of a file: price and rates of a perpetual. */
export interface PerpetualMarket {
  readonly price: bigint;
  readonly priceExponent: number;
  readonly atomicResolution: number;
  readonly initialMarginPpm: number;
  readonly maintenanceFractionPpm: number;
}

export interface Risk {
  readonly notional: bigint;
  readonly initial: bigint;
  readonly maintenance: bigint;
}

/** Open interest that scales the initial margin fraction, in base quantums and quote quantums. */
export interface OpenInterest {
  readonly baseQuantums: bigint;
  readonly lowerCap: number;
  readonly upperCap: number;
}

export interface Subaccount {
  readonly quoteBalance: bigint;
  /** By perpetual id. */
  readonly positions: ReadonlyMap<string, bigint>;
}

const noInterest: OpenInterest = { baseQuantums: 0n, lowerCap: 0, upperCap: 0 };

/** Requirements of a position of `quantums` base quantums, by the kernel. */
export function riskOf(market: PerpetualMarket, quantums: bigint, interest: OpenInterest = noInterest): Risk {
  const exponent = market.priceExponent + market.atomicResolution + quoteDecimals;
  const block = new NumberBlock(blockFloats)
    .setFloats([
      exponent, market.initialMarginPpm, market.maintenanceFractionPpm, interest.lowerCap, interest.upperCap, 0,
    ])
    .setNumbers([quantums, market.price, interest.baseQuantums]);
  block.run('dydxPositionRisk');
  return { notional: block.number(3), initial: block.number(4), maintenance: block.number(5) };
}

/** Net collateral and requirements of the whole subaccount. */
export function totalRisk(markets: ReadonlyMap<string, PerpetualMarket>, account: Subaccount): Risk {
  let total: Risk = { notional: account.quoteBalance, initial: 0n, maintenance: 0n };
  for (const [id, quantums] of account.positions) {
    const risk = riskOf(marketOf(markets, id), quantums);
    total = {
      notional: total.notional + risk.notional,
      initial: total.initial + risk.initial,
      maintenance: total.maintenance + risk.maintenance,
    };
  }
  return total;
}

export function marketOf(markets: ReadonlyMap<string, PerpetualMarket>, id: string): PerpetualMarket {
  const market = markets.get(id);
  if (market === undefined) throw new CaseInputError(`input markets has no ${id}`);
  return market;
}

/** Markets by id, from the file's `markets`. */
export function readMarkets(value: unknown): Map<string, PerpetualMarket> {
  return new Map(Object.entries(fieldsOf(value)).map(([id, each]) => [id, readMarket(fieldsOf(each))] as const));
}

function readMarket(fields: Fields): PerpetualMarket {
  const price = new Decimal(numberOf(fields, 'priceUsd'));
  const places = price.decimalPlaces();
  return {
    price: BigInt(price.times(new Decimal(10).pow(places)).toFixed(0)),
    priceExponent: -places,
    atomicResolution: numberOf(fields, 'atomicResolution'),
    initialMarginPpm: numberOf(fields, 'imPpm'),
    maintenanceFractionPpm: numberOf(fields, 'mfPpm'),
  };
}

export function readSubaccount(fields: Fields): Subaccount {
  return {
    quoteBalance: wholeOf(fields, 'usdcQuoteQuantums'),
    positions: new Map(listOf(fields['positions']).map((entry) => {
      const [id, quantums] = listOf(entry);
      return [String(id), wholeOf({ quantums }, 'quantums')] as const;
    })),
  };
}

/** The price and size of a requirement case, which names its market in full. */
export function readRequirement(fields: Fields): { market: PerpetualMarket; quantums: bigint; interest: OpenInterest } {
  return {
    market: {
      price: wholeOf(fields, 'price'),
      priceExponent: numberOf(fields, 'exponent'),
      atomicResolution: numberOf(fields, 'baseCurrencyAtomicResolution'),
      initialMarginPpm: numberOf(fields, 'initialMarginPpm'),
      maintenanceFractionPpm: numberOf(fields, 'maintenanceFractionPpm'),
    },
    quantums: wholeOf(fields, 'bigBaseQuantums'),
    interest: {
      baseQuantums: optionalWhole(fields, 'openInterest', 0n),
      lowerCap: optionalNumber(fields, 'openInterestLowerCap') ?? 0,
      upperCap: optionalNumber(fields, 'openInterestUpperCap') ?? 0,
    },
  };
}
