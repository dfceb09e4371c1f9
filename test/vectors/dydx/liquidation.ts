import { checkEqual, type Check } from '../check.ts';
import { CaseInputError, listOf, numberOf, optionalNumber, type Fields } from '../fields.ts';
import { NumberBlock, wholeOf } from '../tiered/number-block.ts';
import {
  blockFloats, marketOf, readSubaccount, riskOf, totalRisk, type PerpetualMarket, type Subaccount,
} from './subaccount.ts';

type Markets = ReadonlyMap<string, PerpetualMarket>;

/** What the chain answers to a change of a position that is no reduction, and to an empty fill. */
const sizeError = 'ErrInvalidPerpetualPositionSizeDelta';
const fillError = 'ErrInvalidQuantumsForInsuranceFundDeltaCalculation';

/** The change is an error in the chain, with this name. */
class ChainError extends Error {}

export function checkBankruptcyPrice(markets: Markets, fields: Fields): Check[] {
  return checkAnswer(fields, 'expected', () => {
    const price = bankruptcyPrice(markets, readSubaccount(fields), idOf(fields), wholeOf(fields, 'deltaQuantums'));
    return checkEqual('bankruptcy price', price, wholeOf(fields, 'expected'));
  });
}

export function checkFillablePrice(markets: Markets, fields: Fields): Check[] {
  return checkAnswer(fields, 'expectedFillablePriceRat', () => {
    const account = readSubaccount(fields);
    const id = idOf(fields);
    const position = requireReduction(account, id, wholeOf(fields, 'deltaQuantums'));
    const risk = riskOf(marketOf(markets, id), position);
    const total = totalRisk(markets, account);
    const block = new NumberBlock(blockFloats)
      .setFloats([numberOf(fields, 'bankruptcyAdjustmentPpm'), numberOf(fields, 'spreadToMaintenanceMarginRatioPpm')])
      .setNumbers([risk.notional, risk.maintenance, total.notional, total.maintenance, position]);
    block.run('dydxFillablePrice');
    const [numerator, denominator] = listOf(fields['expectedFillablePriceRat']);
    const right = block.number(5) * wholeOf({ denominator }, 'denominator');
    return checkEqual('fillable price (fraction)', right, block.number(6) * wholeOf({ numerator }, 'numerator'));
  });
}

export function checkInsuranceFundDelta(markets: Markets, fields: Fields): Check[] {
  return checkAnswer(fields, 'expected', () => {
    const fill = wholeOf(fields, 'fillAmount');
    if (fill === 0n) throw new ChainError(fillError);
    const id = idOf(fields);
    const isBuy = fields['isBuy'] === true;
    // Not in the file; of the venue's test markets it is the resolution of the base currency.
    const exponent = optionalNumber(fields, 'quantumConversionExponent') ?? marketOf(markets, id).atomicResolution;
    const quote = fillQuote(fill, wholeOf(fields, 'subticks'), exponent);
    const price = bankruptcyPrice(markets, readSubaccount(fields), id, isBuy ? fill : -fill);
    const block = new NumberBlock(blockFloats)
      .setFloats([numberOf(fields, 'maxLiquidationFeePpm')])
      .setNumbers([isBuy ? -quote : quote, price]);
    block.run('dydxInsuranceFundDelta');
    return checkEqual('insurance fund delta', block.number(2), wholeOf(fields, 'expected'));
  });
}

/** Compares the answer, or the name of the error where one is expected. */
function checkAnswer(fields: Fields, expected: string, compute: () => Check): Check[] {
  const error = fields['expectedError'] ?? null;
  try {
    if (error === null && (fields[expected] === undefined || fields[expected] === null)) return [];
    const check = compute();
    return [error === null ? check : checkEqual('error', 'none', error)];
  } catch (cause) {
    if (!(cause instanceof ChainError)) throw cause;
    return [checkEqual('error', cause.message, error)];
  }
}

function idOf(fields: Fields): string {
  const id = fields['perpetualId'];
  if (typeof id === 'number' || typeof id === 'string') return String(id);
  throw new CaseInputError(`input perpetualId must be an id, got ${JSON.stringify(id) ?? 'nothing'}`);
}

function fillQuote(fill: bigint, subticks: bigint, exponent: number): bigint {
  const block = new NumberBlock(blockFloats).setFloats([exponent]).setNumbers([fill, subticks]);
  block.run('dydxFillQuote');
  return block.number(2);
}

/** The position, if the change is a reduction. */
function requireReduction(account: Subaccount, id: string, delta: bigint): bigint {
  const position = account.positions.get(id) ?? 0n;
  const block = new NumberBlock(blockFloats).setNumbers([position, delta]);
  if (block.run('dydxIsReduction') !== 1) throw new ChainError(sizeError);
  return position;
}

function bankruptcyPrice(markets: Markets, account: Subaccount, id: string, delta: bigint): bigint {
  const position = requireReduction(account, id, delta);
  const market = marketOf(markets, id);
  const before = riskOf(market, position);
  const after = riskOf(market, position + delta);
  const total = totalRisk(markets, account);
  const block = new NumberBlock(blockFloats).setNumbers([
    before.notional, after.notional, before.maintenance, after.maintenance, total.notional, total.maintenance,
  ]);
  block.run('dydxBankruptcyPrice');
  return block.number(6);
}
