import { pairOf } from '../../domain/instrument.ts';
import type { BinanceUsdmParams } from '../../margin/binance-usdm/params.ts';
import { bracketTotals } from './tiered/brackets.ts';
import { line, perPositionReference, sure } from './tiered/netting-set.ts';

/** Binance USD-margined futures: docs/models/binance-usdm.md. */
export const binanceUsdmReference = perPositionReference<BinanceUsdmParams>({
  name: 'binance-usdm',
  pool: null,
  ordersMargined: false,
  refusal: (instrument, { symbols }) => {
    const symbol = pairOf(instrument.baseCurrency, instrument.quoteCurrency);
    if (instrument.kind === 'option') return 'Binance has not published how it margins written options';
    if (instrument.kind === 'spot') return 'spot is no margin asset';
    if (instrument.payoff === 'inverse') return 'coin-margined contracts are not covered';
    return symbols.has(symbol) ? null : `the parameters have no section symbols.${symbol}`;
  },
  requiredFields: () => [],
  margin: (set, { symbols }) => {
    const totals = bracketTotals(set, set.positions, ({ instrument }) =>
      symbols.get(pairOf(instrument.baseCurrency, instrument.quoteCurrency))!);
    const equity = set.cash.plus(totals.pnl);
    return {
      equity, initialMargin: totals.initial, maintenanceMargin: totals.maintenance,
      components: new Map([['unrealisedPnl', totals.pnl], ['notional', totals.notional]]),
      breakdown: [
        sure('stated', line('equity', equity, set.currency, [
          line('wallet balance', set.cash, set.currency), line('unrealised P&L', totals.pnl, set.currency),
        ])),
        sure('stated', line('initial margin', totals.initial, set.currency)),
        sure('confirmed', line('maintenance margin', totals.maintenance, set.currency, totals.breakdown)),
      ],
    };
  },
});
