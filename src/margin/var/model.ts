import * as layout from '../../../assembly/portable/margin/var-layout.ts';
import { dollarRate, dollars } from '../../domain/dollar-rates.ts';
import type { Instrument } from '../../domain/instrument.ts';
import type { MarketField } from '../../domain/market.ts';
import { currencyFactor, factorOf } from '../../scenario/factor-lookup.ts';
import type { Coverage, ModelRows, ModelSizes, PortableModel, TickFactors, TickMarket } from '../model.ts';
import { varComponents } from './evidence.ts';
import { parseVarParams, type VarParams } from './params.ts';
import { varTables } from './tick-tables.ts';

/** VaR and expected shortfall as a margin model of whole books. Formulas, sources, evidence: docs/models/var.md. */
export const varModel: PortableModel<VarParams> = {
  kind: 'portable',
  name: 'var',
  title: 'VaR margin: historical and stressed scenarios, add-ons',
  components: varComponents,
  kernel: 'varMargin',
  rowKernel: 'varRows',
  pooling: { kind: 'account', currency: (params) => params.reportingCurrency },
  resultComponents: [
    'historicalTail',
    'historicalDiversification',
    'correlationBreak',
    'stressedTail',
    'stressedDiversification',
    'base',
    'stressWeight',
    'buffer',
    'longRunMargin',
    'gridMargin',
    'floor',
    'liquidity',
    'bidAsk',
    'concentration',
    'addOn',
  ],
  faults: [],
  segments: 'group',
  ordersMargined: false,
  parseParams: parseVarParams,
  coverage,
  scenarioCount: ({ sets }) => sets.reduce((sum, { scenarios }) => sum + scenarios.count, 0),
  refusal,
  requiredFields,
  sizes,
  prepareTick,
};

function coverage({ source, date, unconfirmed, sets }: VarParams): Coverage {
  const [first, ...others] = sets.map(({ scenarios }) => {
    const prices = scenarios.factors.filter(({ kind, expiry }) => kind === 'price' && expiry === null);
    return new Set(prices.map(({ underlying }) => underlying.toLowerCase()));
  });
  return { source, date, covers: [...first].filter((name) => others.every((set) => set.has(name))), unconfirmed };
}

function refusal(instrument: Instrument, params: VarParams): string | null {
  const { kind, baseCurrency, settlementCurrency } = instrument;
  if (instrument.exercise === 'american') return 'american exercise is not revalued: only european options are';
  for (const { name, scenarios } of params.sets) {
    if (factorOf(scenarios, 'price', instrument) < 0) return `the set ${name} has no scenarios of price:${baseCurrency}`;
    if (kind === 'option' && factorOf(scenarios, 'volatility', instrument) < 0) {
      return `the set ${name} has no scenarios of volatility:${baseCurrency}`;
    }
    const isSteady = settlementCurrency === params.reportingCurrency || dollars.includes(settlementCurrency);
    if (!isSteady && currencyFactor(scenarios, settlementCurrency) < 0) {
      return `the set ${name} has no scenarios of price:${settlementCurrency}, in which it settles`;
    }
  }
  return missingTerm(instrument, params);
}

/** A charge that is configured needs its figures. */
function missingTerm({ kind, baseCurrency }: Instrument, params: VarParams): string | null {
  const symbol = baseCurrency.toLowerCase();
  const terms = params.underlyings.get(symbol);
  const spread = kind === 'option' ? 'optionHalfSpread' : 'halfSpread';
  const needed = [
    ...(params.liquidity?.volume === 'underlying' ? ['dailyVolume' as const] : []),
    ...(params.bidAsk?.spread === 'underlying' ? [spread] as const : []),
    ...(params.concentration ? ['concentration' as const] : []),
  ];
  const missing = needed.find((name) => (terms?.[name] ?? null) === null);
  return missing === undefined ? null : `the parameters have no underlyings.${symbol}.${missing}`;
}

function requiredFields(_instrument: Instrument, { liquidity, bidAsk }: VarParams): readonly MarketField[] {
  return [
    ...(liquidity?.volume === 'market' ? ['averageDailyVolume' as const] : []),
    ...(bidAsk?.spread === 'market' ? ['halfSpread' as const] : []),
  ];
}

function sizes(rows: ModelRows, params: VarParams): ModelSizes {
  const { words, floats, classCount, groupCount, tailFloats, rowCapacity } = varTables(rows, params);
  return {
    instrumentDataWidth: layout.VAR_ROW_TAIL + 2 * rowCapacity,
    modelFloats: floats.length,
    modelWords: words.length,
    workFloats: layout.varWorkFloats(params.sets.length, classCount, groupCount, tailFloats),
  };
}

function prepareTick(market: TickMarket, params: VarParams, factors: TickFactors): void {
  const { words, floats } = varTables(market, params);
  factors.modelWords.set(words);
  factors.modelFloats.set(floats);
  const width = factors.instrumentData.length / market.instruments.length;
  const rates = new Map<string, number>();
  const indexPrice = new Map(market.groups.map(({ pair }, group) => [pair, market.indexPrice[group]] as const));
  market.instruments.forEach((instrument, row) => {
    const { settlementCurrency } = instrument;
    if (!rates.has(settlementCurrency)) {
      rates.set(settlementCurrency, rateOf({ indexPrice }, settlementCurrency, params.reportingCurrency));
    }
    writeInstrument(market, params, row, rates.get(settlementCurrency)!, factors.instrumentData.subarray(row * width));
  });
}

/** Units of the reporting currency; NaN where no index price says. */
function rateOf(prices: { readonly indexPrice: ReadonlyMap<string, number> }, from: string, to: string): number {
  if (from === to) return 1;
  const [own, other] = [dollarRate(prices, from), dollarRate(prices, to)];
  return own === null || other === null ? NaN : own.rate / other.rate;
}

function writeInstrument(market: TickMarket, params: VarParams, row: number, rate: number, data: Float64Array): void {
  const { liquidity, bidAsk, underlyings } = params;
  const instrument = market.instruments[row];
  const { kind, payoff, contractSize } = instrument;
  const terms = underlyings.get(instrument.baseCurrency.toLowerCase());
  const forward = market.forward[row];
  const isInverse = payoff === 'inverse';
  const isOption = kind === 'option';
  // Of an inverse option one contract is `size` coins, of an inverse future `size` units of quote currency.
  const units = isInverse ? (isOption ? contractSize : contractSize / forward) : contractSize * forward;
  const notional = units * rate;
  const volume = market.field('averageDailyVolume')[row];
  const spread = market.field('halfSpread')[row];
  // Whoever holds an instrument without these terms is refused: NaN, which nobody reads.
  const dailyVolume = terms?.dailyVolume ?? NaN;
  const shareOfPrice = (isOption ? terms?.optionHalfSpread : terms?.halfSpread) ?? NaN;
  const volumeShare = liquidity === null ? 0 : liquidity.volume === 'market' ? 1 / volume : notional / dailyVolume;
  const halfSpread = bidAsk === null ? 0 : notional * (bidAsk.spread === 'market' ? spread / forward : shareOfPrice);
  const isBad = (liquidity?.volume === 'market' && !(volume > 0)) || (bidAsk?.spread === 'market' && !(spread >= 0));
  // A volume or spread that cannot be is bad data, as a price of nothing is: NaN poisons the row.
  data[layout.VAR_RATE] = isBad ? NaN : rate;
  data[layout.VAR_INVERSE] = isInverse ? 1 : 0;
  data[layout.VAR_TIME] = market.timeYears[market.expiryOf[row]];
  data[layout.VAR_VOLUME_SHARE] = volumeShare;
  data[layout.VAR_HALF_SPREAD] = halfSpread;
}
