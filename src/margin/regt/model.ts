import {
  BOX_RATE, DATA_CALL_MINIMUM, DATA_CASH_SETTLED, DATA_EUROPEAN, DATA_EXPIRY, DATA_LEVERAGE, DATA_LONG_RATE,
  DATA_MARK_PRICE, DATA_PUT_MINIMUM, DATA_RATE, REGT_DATA_WIDTH, REGT_MODEL_FLOATS, SEARCH_CELLS_MAX, SEARCH_NODES_MAX,
  SEARCH_NODE_CELLS_MAX, STOCK_COLLAR_CALL_RATE, STOCK_LONG_INITIAL, STOCK_LONG_MAINTENANCE, STOCK_LOW_PRICE, STOCK_LOW_PRICE_MINIMUM,
  STOCK_LOW_PRICE_RATE, STOCK_PROTECTED_RATE, STOCK_SHORT_INITIAL, STOCK_SHORT_MAINTENANCE, STOCK_SHORT_MINIMUM,
} from '../../../assembly/portable/margin/regt-layout.ts';
import type { Instrument } from '../../domain/instrument.ts';
import type { PortableModel, TickFactors, TickMarket } from '../model.ts';
import { regtComponents } from './evidence.ts';
import { longTermFrom, parseRegtParams, underlyingOf, type RegtParams } from './params.ts';

/** Strategy-based margin of United States stock and options, pairing of least requirement: docs/models/regt.md. */
export const regt: PortableModel<RegtParams> = {
  kind: 'portable',
  name: 'regt',
  title: 'Regulation T and Cboe strategy-based margin',
  components: regtComponents,
  kernel: 'regt',
  rowKernel: 'regtRows',
  pooling: { kind: 'account', currency: () => 'USD' },
  resultComponents: [
    'naked', 'spreads', 'boxes', 'hedgedStock', 'stock', 'longOptions', 'longOptionValue', 'optimalityGap',
  ],
  faults: [
    'regt margins whole option contracts only',
    'the position is too large for exact amounts: contracts times requirement must stay below 900 billion US dollars',
  ],
  segments: 'none',
  ordersMargined: false,
  parseParams: parseRegtParams,
  coverage: ({ source, date, unconfirmed, underlyings }) => ({
    source,
    date,
    covers: [...underlyings.keys()].filter((name) => underlyings.get(name)!.class !== 'notMarginable').concat('equity'),
    unconfirmed,
  }),
  scenarioCount: () => 1,
  refusal,
  requiredFields: ({ kind }) => (kind === 'option' ? ['markPrice'] : []),
  sizes: () => ({
    instrumentDataWidth: REGT_DATA_WIDTH,
    modelFloats: REGT_MODEL_FLOATS,
    modelWords: 0,
    workFloats: 0,
  }),
  prepareTick,
};

function refusal(instrument: Instrument, params: RegtParams): string | null {
  const { kind, baseCurrency, settlementCurrency } = instrument;
  if (kind !== 'spot' && kind !== 'option') return 'regt margins stock and options, no futures';
  if (settlementCurrency !== 'USD') return `regt margins in USD, the instrument settles in ${settlementCurrency}`;
  const underlying = underlyingOf(params, baseCurrency);
  if (underlying.class === 'notMarginable') return `${baseCurrency} is not a marginable security in these parameters`;
  if (kind === 'spot' && underlying.class !== 'equity') return `${baseCurrency} is an index: it cannot be held as stock`;
  return null;
}

function prepareTick(market: TickMarket, params: RegtParams, factors: TickFactors): void {
  const { instrumentData, modelFloats } = factors;
  const marks = market.field('markPrice');
  const longTerm = longTermFrom(params, market.asOfMs);
  market.instruments.forEach((instrument, row) => {
    const { class: kind, leverage } = underlyingOf(params, instrument.baseCurrency);
    const data = row * REGT_DATA_WIDTH;
    instrumentData[data + DATA_LEVERAGE] = leverage;
    if (instrument.kind !== 'option' || kind === 'notMarginable') return;
    const rates = params.shortOptions[kind];
    const isEuropean = instrument.exercise !== 'american';
    instrumentData[data + DATA_MARK_PRICE] = marks[row]!;
    instrumentData[data + DATA_RATE] = Math.min(rates.rate * leverage, 1);
    instrumentData[data + DATA_CALL_MINIMUM] = Math.min(rates.callMinimum * leverage, 1);
    instrumentData[data + DATA_PUT_MINIMUM] = Math.min(rates.putMinimum * leverage, 1);
    instrumentData[data + DATA_EXPIRY] = instrument.expiryMs!;
    instrumentData[data + DATA_EUROPEAN] = isEuropean ? 1 : 0;
    instrumentData[data + DATA_CASH_SETTLED] = isEuropean && kind !== 'equity' ? 1 : 0;
    instrumentData[data + DATA_LONG_RATE] = instrument.expiryMs! > longTerm ? params.longOptions.rate : 1;
  });
  const { stock, search } = params;
  modelFloats[STOCK_LONG_INITIAL] = stock.longInitial;
  modelFloats[STOCK_LONG_MAINTENANCE] = stock.longMaintenance;
  modelFloats[STOCK_SHORT_INITIAL] = stock.shortInitial;
  modelFloats[STOCK_SHORT_MAINTENANCE] = stock.shortMaintenance;
  modelFloats[STOCK_SHORT_MINIMUM] = stock.shortMinimum;
  modelFloats[STOCK_LOW_PRICE] = stock.lowPrice;
  modelFloats[STOCK_LOW_PRICE_RATE] = stock.lowPriceRate;
  modelFloats[STOCK_LOW_PRICE_MINIMUM] = stock.lowPriceMinimum;
  modelFloats[STOCK_PROTECTED_RATE] = stock.protectedRate;
  modelFloats[STOCK_COLLAR_CALL_RATE] = stock.collarCallRate;
  modelFloats[BOX_RATE] = stock.boxRate;
  modelFloats[SEARCH_CELLS_MAX] = search.cellsMax;
  modelFloats[SEARCH_NODES_MAX] = search.nodesMax;
  modelFloats[SEARCH_NODE_CELLS_MAX] = search.nodeCellsMax;
}
