import type { HyperliquidParams } from '../../margin/hyperliquid/params.ts';
import { exact, maxOf } from '../decimal.ts';
import { bracketTotals } from './tiered/brackets.ts';
import { line, perPositionReference, sure } from './tiered/netting-set.ts';

/** Hyperliquid perpetuals: docs/models/hyperliquid.md. */
export const hyperliquidReference = perPositionReference<HyperliquidParams>({
  name: 'hyperliquid',
  pool: null,
  ordersMargined: false,
  refusal: (instrument, { assets }) => {
    const base = instrument.baseCurrency.toLowerCase();
    if (instrument.kind !== 'perpetual') return 'only perpetuals are margined';
    if (instrument.payoff === 'inverse') return 'only linear contracts exist';
    return assets.has(base) ? null : `the parameters have no section assets.${base}`;
  },
  requiredFields: () => [],
  margin: (set, { assets, transferRate }) => {
    const totals = bracketTotals(set, set.positions, ({ instrument }) =>
      assets.get(instrument.baseCurrency.toLowerCase())!);
    const equity = set.cash.plus(totals.pnl);
    const transfer = maxOf(totals.initial, totals.notional.times(exact(transferRate)));
    return {
      equity, initialMargin: totals.initial, maintenanceMargin: totals.maintenance,
      components: new Map([
        ['unrealisedPnl', totals.pnl], ['notional', totals.notional], ['transferRequirement', transfer],
      ]),
      breakdown: [
        sure('stated', line('account value', equity, set.currency, [
          line('balance', set.cash, set.currency), line('unrealised P&L', totals.pnl, set.currency),
        ])),
        sure('stated', line('initial margin', totals.initial, set.currency)),
        sure('confirmed', line('maintenance margin', totals.maintenance, set.currency, totals.breakdown)),
        sure('stated', line('transfer requirement', transfer, set.currency)),
      ],
    };
  },
});
