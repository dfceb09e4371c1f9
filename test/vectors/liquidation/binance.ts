import { checkAbsolute, type Check } from '../check.ts';
import { CaseInputError, expectedOf, fieldsOf, listOf, numberOf, optionalNumber, type Fields } from '../fields.ts';
import { runKernel } from '../tiered/number-block.ts';
import { checkEngineAtLiquidation, type HeldPosition } from './engine-check.ts';

/** A position of a published example, with its bracket. */
interface BracketPosition {
  readonly symbol: string;
  readonly side: number;
  readonly amount: number;
  readonly entry: number;
  readonly mark: number;
  readonly rate: number;
  readonly deduction: number;
}

const quote = 'USDT';

export function sideOf(fields: Fields): number {
  const side = fields['side'];
  if (side === 'long') return 1;
  if (side === 'short') return -1;
  throw new CaseInputError(`input side must be "long" or "short", got ${JSON.stringify(side) ?? 'nothing'}`);
}

/** Worked examples of the venue: a wallet, the position in question, others at their marks. */
export async function checkOfficial(fields: Fields): Promise<Check[]> {
  const wallet = numberOf(fields, 'walletBalance');
  const target = readPosition(fieldsOf(fields['target']));
  const others = listOf(fields['others']).map((each) => readPosition(fieldsOf(each)));
  const otherMaintenance = sum(others, ({ amount, mark, rate, deduction }) => amount * mark * rate - deduction);
  const otherPnl = sum(others, ({ side, amount, mark, entry }) => side * amount * (mark - entry));
  const price = runKernel(
    'bracketLiquidationPrice', wallet, otherMaintenance, otherPnl, target.deduction, target.side, target.amount,
    target.entry, target.rate,
  );
  const expected = expectedOf(fields, 'expectedLiquidationPrice');
  if (expected === null) return [];
  const decimals = optionalNumber(fields, 'expectedDecimals') ?? expected.decimalPlaces();
  const half = 0.5000001 * Number(`1e-${decimals}`);
  const checks = [checkAbsolute('liquidation price (published)', price, expected, half)];
  if (!(price > 0)) return checks;
  return [...checks, await checkEngineAtLiquidation(accountOf(wallet, { ...target, mark: price }, others))];
}

function readPosition(fields: Fields): BracketPosition {
  return {
    symbol: typeof fields['symbol'] === 'string' ? fields['symbol'] : 'position',
    side: sideOf(fields),
    amount: numberOf(fields, 'qty'),
    entry: numberOf(fields, 'entry'),
    mark: numberOf(fields, 'mark'),
    rate: numberOf(fields, 'mmr'),
    deduction: optionalNumber(fields, 'cum') ?? 0,
  };
}

function sum<T>(list: readonly T[], amountOf: (each: T) => number): number {
  return list.reduce((total, each) => total + amountOf(each), 0);
}

/** The engine with one bracket per position; the bracket below it has rate 0 and ends where that meets it. */
function accountOf(wallet: number, target: BracketPosition, others: readonly BracketPosition[]) {
  const all = [target, ...others];
  const positions = all.map((each, index): HeldPosition => ({
    name: `${index}`, baseCurrency: `BASE${index}`, quoteCurrency: quote, price: each.mark,
    quantity: each.side * each.amount, entryPrice: each.entry,
  }));
  const symbols = Object.fromEntries(all.map(({ rate, deduction }, index) => {
    const bracket = { notionalFloor: deduction / rate, maintMarginRatio: rate, initialLeverage: 1 };
    const below = { notionalFloor: 0, maintMarginRatio: 0, initialLeverage: 1 };
    return [`base${index}_usdt`, { brackets: deduction > 0 ? [below, bracket] : [{ ...bracket, notionalFloor: 0 }] }];
  }));
  return { model: 'binance-usdm', params: { source: 'case', date: '2021-01-01', symbols }, positions, cash: wallet };
}

/**
 * Computed cases: some state eight digits, cut off. Formulas by venue (docs/VECTORS.md).
 */
const syntheticTolerance = 1e-7;

export function checkSynthetic(fields: Fields): Check[] {
  const expected = expectedOf(fields, 'expectedLiquidationPrice');
  if (expected === null) return [];
  const price = syntheticPrice(fields);
  const relative = syntheticTolerance * expected.abs().toNumber();
  return [checkAbsolute(`liquidation price (${String(fields['exchange'])})`, price, expected, relative)];
}

function syntheticPrice(fields: Fields): number {
  const [side, entry, margin] = [sideOf(fields), numberOf(fields, 'entry'), numberOf(fields, 'margin')];
  const [amount, rate] = [numberOf(fields, 'amount'), numberOf(fields, 'mmr')];
  switch (fields['exchange']) {
    case 'binance': {
      const deduction = optionalNumber(fields, 'maintAmount') ?? 0;
      return runKernel('bracketLiquidationPrice', margin, 0, 0, deduction, side, amount, entry, rate);
    }
    case 'gate':
    case 'okx': {
      const fee = optionalNumber(fields, 'takerFee') ?? 0;
      return runKernel('isolatedLiquidationPrice', side, entry, margin, amount, rate + fee);
    }
    case 'bybit':
      return runKernel('entryValueLiquidationPrice', side, entry, margin, amount, rate);
    default:
      throw new CaseInputError(`input exchange is not known: ${JSON.stringify(fields['exchange'])}`);
  }
}
