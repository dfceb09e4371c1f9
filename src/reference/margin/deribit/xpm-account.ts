import { exact, maxOf, roundToPlaces, sum, zero, type Decimal } from '../../decimal.ts';
import type { Breakdown, ReferenceMargin } from '../account.ts';
import type { CoinMatrix } from './coin-matrix.ts';
import { equityCurrencyOf, futureProfit, notionalOf, reportingCurrency, type Holding } from './holding.ts';

/** A position with everything the account needs of it. Amounts are of the whole position, in USD, deltas in coin. */
export interface XpmPosition {
  readonly holding: Holding;
  /** The coin in whose matrix it is; null for a balance that is in none. */
  readonly matrix: CoinMatrix | null;
  readonly value: Decimal;
  readonly delta: Decimal;
  readonly cells: readonly Decimal[];
}

/** What the parameters say of the equity of one currency. */
export interface EquityTerms {
  readonly haircut: Decimal;
  /** The coin in whose matrix the equity is a position, or null. */
  readonly matrix: CoinMatrix | null;
}

/** `volatility`: of an option; `matrix`: null only for spot. */
export function xpmPosition(holding: Holding, matrix: CoinMatrix | null, volatility: number): XpmPosition {
  const { quantity, usd, instrument, size } = holding;
  if (instrument.kind === 'spot' || matrix === null) {
    return { holding, matrix, value: quantity.times(size).times(usd), delta: zero, cells: [] };
  }
  const worth = matrix.worth(holding, volatility);
  return {
    holding,
    matrix,
    value: (worth === null ? futureProfit(holding) : quantity.times(worth)).times(usd),
    delta: quantity.times(matrix.delta(holding, volatility)),
    cells: matrix.cells(holding, volatility).map((cell) => cell.times(quantity)),
  };
}

/** One account: docs/models/deribit-xpm.md. `coins`: in the order of the kernel's sums, which does not matter. */
export function xpmAccount(
  positions: readonly XpmPosition[],
  cash: Decimal,
  termsOf: (currency: string) => EquityTerms,
  mmFactor: number,
): ReferenceMargin {
  const equities = equitiesOf(positions);
  const coins = new Set([
    ...positions.map(({ matrix }) => matrix),
    ...[...equities.keys()].map((currency) => termsOf(currency).matrix),
  ]);
  const matrices = [...coins].filter((matrix) => matrix !== null).map((matrix) => {
    const own = [...equities].filter(([currency]) => termsOf(currency).matrix === matrix);
    return coinRequirement(matrix, positions, sum(own.map(([, value]) => value)));
  });
  const cuts = [...equities].map(([currency, value]) => ({
    currency,
    cut: termsOf(currency).haircut.times(maxOf(value, zero)),
  }));
  const [worstCase, rollShock, deltaShock] = (['worstCase', 'rollShock', 'deltaShock'] as const).map((part) =>
    sum(matrices.map((each) => each[part])),
  );
  const riskMatrixMargin = worstCase.plus(rollShock).plus(deltaShock);
  const haircut = sum(cuts.map(({ cut }) => cut));
  const equity = cash.plus(sum(equities.values()));
  const initialMargin = roundToPlaces(riskMatrixMargin.plus(haircut), 9);
  const maintenanceMargin = exact(mmFactor).times(riskMatrixMargin);
  const largest = matrices.reduce<CoinRequirement | null>(
    (best, each) => (each.worstCase.greaterThan(best?.worstCase ?? zero) ? each : best),
    null,
  );
  return {
    equity,
    initialMargin,
    maintenanceMargin,
    components: new Map(
      Object.entries({ worstCase, rollShock, deltaShock, riskMatrixMargin, haircut, addOn: zero }),
    ),
    worstScenario: largest?.worstScenario ?? null,
    scale: cash.abs().plus(sum(positions.map(({ holding }) => notionalOf(holding).times(holding.usd)))),
    breakdown: [
      heading('equity', equity, [
        line('cash', cash),
        ...[...equities].map(([currency, value]) => line(`equity in ${currency}`, value)),
      ]),
      ...matrices.map(({ breakdown }) => breakdown),
      ...cuts.filter(({ cut }) => !cut.isZero()).map(({ currency, cut }) => line(`haircut of ${currency}`, cut)),
      line('risk matrix margin', riskMatrixMargin),
      line('initial margin', initialMargin),
      line('maintenance margin', maintenanceMargin),
    ],
  };
}

/** USD by currency: balances, profit of futures and worth of options. */
function equitiesOf(positions: readonly XpmPosition[]): ReadonlyMap<string, Decimal> {
  const equities = new Map<string, Decimal>();
  for (const { holding, value } of positions) {
    const currency = equityCurrencyOf(holding.instrument);
    equities.set(currency, (equities.get(currency) ?? zero).plus(value));
  }
  return equities;
}

interface CoinRequirement {
  readonly worstCase: Decimal;
  readonly worstScenario: number;
  readonly rollShock: Decimal;
  readonly deltaShock: Decimal;
  readonly breakdown: Breakdown;
}

/** `equity`: USD in the coin, a position like any other. */
function coinRequirement(matrix: CoinMatrix, all: readonly XpmPosition[], equity: Decimal): CoinRequirement {
  const held = all.filter((each) => each.matrix === matrix && each.holding.instrument.kind !== 'spot');
  const cells = matrix.scenarios.map((scenario) =>
    sum([
      equity.times(scenario.move).times(matrix.weight(scenario)),
      ...held.map((position) => position.cells[scenario.index]),
    ]),
  );
  const scale = equity.abs().plus(sum(held.map(({ holding }) => notionalOf(holding).times(holding.usd))));
  const { aggregated, worst, charge } = matrix.worstCase(cells, scale);
  const rolls = rollShocks(matrix, held);
  const isLongOption = ({ holding }: XpmPosition) =>
    holding.instrument.kind === 'option' && holding.quantity.greaterThan(zero);
  const deltas = (members: readonly XpmPosition[]) => members.map(({ delta }) => delta);
  const shock = matrix.deltaShock(
    deltas(held.filter(isLongOption)),
    [...deltas(held.filter((each) => !isLongOption(each))), equity.div(matrix.indexPrice)],
  );
  const rollShock = sum(rolls.map(({ value }) => value));
  return {
    worstCase: charge,
    worstScenario: worst.index,
    rollShock,
    deltaShock: shock.usd,
    breakdown: heading(`risk matrix of ${matrix.coin}`, charge.plus(rollShock).plus(shock.usd), [
      line('equity in the matrix', equity),
      ...held.map((each) => line(`${each.holding.instrument.name} in the binding cell`, each.cells[worst.index])),
      {
        label: 'binding scenario',
        value: String(worst.index),
        children: [
          { label: 'price move', value: worst.move.toString() },
          { label: 'volatility', value: worst.volatilityMode },
          line('sum of the cell', cells[worst.index]),
          line('after offset and dampener', aggregated[worst.index]),
        ],
      },
      { ...line('worst case', charge), evidence: 'confirmed' },
      heading('roll shock', rollShock, rolls.map(({ label, value }) => line(label, value))),
      { ...line('delta shock', shock.usd), evidence: 'third-party' },
    ]),
  };
}

/** One charge per product and expiry: no netting between them. */
function rollShocks(matrix: CoinMatrix, held: readonly XpmPosition[]): { label: string; value: Decimal }[] {
  const expiries = new Map<string, XpmPosition[]>();
  for (const position of held) {
    const { settlementCurrency, quoteCurrency, expiryMs } = position.holding.instrument;
    const key = `${settlementCurrency} ${quoteCurrency} ${expiryMs ?? 'perpetual'}`;
    expiries.set(key, [...(expiries.get(key) ?? []), position]);
  }
  return [...expiries].map(([label, members]) => {
    const { holding } = members[0];
    const netDelta = sum(members.map(({ delta }) => delta)).abs();
    return { label, value: netDelta.times(matrix.rollRate(holding.years)).times(holding.indexUsd) };
  });
}

function line(label: string, value: Decimal): Breakdown {
  return { label, value: value.toString(), unit: reportingCurrency };
}

function heading(label: string, value: Decimal, children: readonly Breakdown[]): Breakdown {
  return { ...line(label, value), children };
}
