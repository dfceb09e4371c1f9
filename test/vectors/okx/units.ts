import { marginAccount, shippedParams, type AccountMargin } from '../../../src/index.ts';
import { CaseInputError, fieldsOf, listOf, numberOf, optionalNumber, type Fields } from '../fields.ts';
import { linearMarket, type LinearQuote } from '../tiered/linear-market.ts';

/** One risk unit with a single contract, as the response shows it. */
export interface RiskUnit {
  readonly fields: Fields;
  readonly quote: LinearQuote;
  readonly quantity: number;
  /** Largest moves of MR1 and MR6, fractions; null where the response does not show them. */
  readonly spotMove: number | null;
  readonly extremeMove: number | null;
}

/**
 * Base and quote of `BTC-USDT-SWAP`. The size of a contract, where it is absent, and the price of the quote currency in
 * USD follow from the delta: delta = quantity size mark price.
 */
export function readUnit(fields: Fields): RiskUnit {
  const name = String(fields['inst']);
  const [baseCurrency, quoteCurrency] = name.split('-');
  if (quoteCurrency === undefined) throw new CaseInputError(`input inst must be a contract, got ${name}`);
  const [quantity, price, delta] = [numberOf(fields, 'pos'), numberOf(fields, 'markPx'), numberOf(fields, 'delta')];
  const perContract = delta / (quantity * price);
  const contractSize = optionalNumber(fields, 'ctVal') ?? nearestPowerOfTen(perContract);
  const stablePrice = perContract / contractSize;
  const move = (field: string): number | null => {
    const value = optionalNumber(fields, field);
    return value === null ? null : Math.abs(value);
  };
  return {
    fields, quantity,
    quote: { name, baseCurrency, quoteCurrency, contractSize, price, fields: { stablePrice } },
    spotMove: move('mr1Move'),
    extremeMove: move('mr6Move'),
  };
}

function nearestPowerOfTen(value: number): number {
  return Number(`1e${Math.round(Math.log10(value))}`);
}

/** The shipped parameters, with the moves that the response shows. */
function paramsFor(units: readonly RiskUnit[]): unknown {
  const shipped = fieldsOf(shippedParams('okx-pm'));
  const underlyings = fieldsOf(shipped['underlyings']);
  const classes = fieldsOf(shipped['classes']);
  const own = units.map(({ quote, spotMove, extremeMove }) => {
    const base = quote.baseCurrency.toLowerCase();
    const known = fieldsOf(classes[String(underlyings[base])]);
    const moves = spotMove === null ? {} : { spotMoves: [spotMove] };
    return [base, { ...known, ...moves, ...(extremeMove === null ? {} : { extremeMove }) }] as const;
  });
  return {
    ...shipped,
    classes: Object.fromEntries(own),
    underlyings: Object.fromEntries(own.map(([base]) => [base, base])),
  };
}

/** All units in one account, entered at the mark, with equity as cash in USD. */
export async function marginUnits(units: readonly RiskUnit[], equity: number): Promise<AccountMargin> {
  const [set] = await marginAccount({
    market: linearMarket(units.map(({ quote }) => quote)), model: 'okx-pm', params: paramsFor(units),
    positions: units.map(({ quote, quantity }) => ({ instrument: quote.name, quantity, entryPrice: quote.price })),
    cash: { USD: equity },
  });
  if (set.fault !== null) throw new CaseInputError(`engine: ${set.fault}`);
  return set;
}

export function unitsOf(root: Fields): RiskUnit[] {
  return listOf(root['riskUnits']).map((each) => readUnit(fieldsOf(each)));
}
