import {
  dydxBankruptcyPriceOf, dydxFillablePriceOf, dydxFillQuote, dydxInsuranceFundDeltaOf, MargridError,
  type Fraction,
} from '../../../src/index.ts';
import { checkEqual, type Check } from '../check.ts';
import { CaseInputError, listOf, numberOf, optionalNumber, type Fields } from '../fields.ts';
import { NumberBlock, wholeOf } from '../tiered/number-block.ts';
import { engineAccount } from './engine-account.ts';
import {
  blockFloats, marketOf, readSubaccount, riskOf, totalRisk, type PerpetualMarket, type Subaccount,
} from './subaccount.ts';

type Markets = ReadonlyMap<string, PerpetualMarket>;

/** What the chain answers to a change of a position that is no reduction, and to an empty fill. */
const sizeError = 'ErrInvalidPerpetualPositionSizeDelta';
const fillError = 'ErrInvalidQuantumsForInsuranceFundDeltaCalculation';

/** The change is an error in the chain, with this name. */
class ChainError extends Error {}

/** Runs the library; its refusals under the chain's names. */
function asChain<T>(run: () => T): T {
  try {
    return run();
  } catch (cause) {
    if (!(cause instanceof MargridError)) throw cause;
    if (cause.code === 'InstrumentUnknown') throw new CaseInputError(`input markets has no ${String(cause.place.value)}`);
    if (cause.place.column === 'fill') throw new ChainError(fillError);
    if (cause.place.column === 'delta') throw new ChainError(sizeError);
    throw new CaseInputError(cause.message);
  }
}

export function checkBankruptcyPrice(markets: Markets, fields: Fields): Promise<Check[]> {
  const read = () => ({ account: readSubaccount(fields), id: idOf(fields), delta: wholeOf(fields, 'deltaQuantums') });
  const kernel = (): bigint => {
    const { account, id, delta } = read();
    return bankruptcyPrice(markets, account, id, delta);
  };
  return checkAnswer(fields, 'expected', async () => {
    const { account, id, delta } = read();
    const price = asChain(() => dydxBankruptcyPriceOf(markets, account, id, delta));
    const expected = wholeOf(fields, 'expected');
    const engine = await engineAccount(markets, account);
    return [
      checkEqual('bankruptcy price', price, expected),
      checkEqual('bankruptcy price (kernel)', kernel(), expected),
      ...(engine === null ? [] : [checkEqual('bankruptcy price (engine)', engine.bankruptcyPrice(id, delta), expected)]),
    ];
  }, kernel);
}

export function checkFillablePrice(markets: Markets, fields: Fields): Promise<Check[]> {
  const read = () => ({ account: readSubaccount(fields), id: idOf(fields), delta: wholeOf(fields, 'deltaQuantums') });
  const kernel = () => {
    const { account, id, delta } = read();
    return fillablePrice(markets, account, id, delta, fields);
  };
  return checkAnswer(fields, 'expectedFillablePriceRat', async () => {
    const { account, id, delta } = read();
    const terms = asChain(() => requireReductionTerms(markets, account, id, delta, fields));
    const price = asChain(() => dydxFillablePriceOf(markets, account, id, delta, terms));
    const [numerator, denominator] = listOf(fields['expectedFillablePriceRat']);
    const expected = { numerator: wholeOf({ numerator }, 'numerator'), denominator: wholeOf({ denominator }, 'denominator') };
    const check = (quantity: string, actual: Fraction): Check =>
      checkEqual(quantity, actual.numerator * expected.denominator, actual.denominator * expected.numerator);
    const engine = await engineAccount(markets, account);
    return [
      check('fillable price (fraction)', price),
      check('fillable price (kernel)', kernel()),
      ...(engine === null ? [] : [check('fillable price (engine)', engine.fillablePrice(id, delta, terms))]),
    ];
  }, kernel);
}

/** The terms of a price; not read where the library refuses the change. */
function requireReductionTerms(markets: Markets, account: Subaccount, id: string, delta: bigint, fields: Fields) {
  dydxBankruptcyPriceOf(markets, account, id, delta);
  return {
    bankruptcyAdjustmentPpm: numberOf(fields, 'bankruptcyAdjustmentPpm'),
    spreadToMaintenanceMarginRatioPpm: numberOf(fields, 'spreadToMaintenanceMarginRatioPpm'),
  };
}

export function checkInsuranceFundDelta(markets: Markets, fields: Fields): Promise<Check[]> {
  const kernel = (): bigint => insuranceFundDelta(markets, readSubaccount(fields), fields);
  return checkAnswer(fields, 'expected', async () => {
    const account = readSubaccount(fields);
    const perpetual = idOf(fields);
    const quantums = wholeOf(fields, 'fillAmount');
    // An empty fill is refused whatever its price.
    const quote = quantums === 0n ? 0n : dydxFillQuote(quantums, wholeOf(fields, 'subticks'), exponentOf(markets, fields));
    const fill = { perpetual, isBuy: fields['isBuy'] === true, quantums, quote };
    const maxFeePpm = quantums === 0n ? 0 : numberOf(fields, 'maxLiquidationFeePpm');
    const delta = asChain(() => dydxInsuranceFundDeltaOf(markets, account, fill, maxFeePpm));
    const expected = wholeOf(fields, 'expected');
    const engine = await engineAccount(markets, account);
    return [
      checkEqual('insurance fund delta', delta, expected),
      checkEqual('insurance fund delta (kernel)', kernel(), expected),
      ...(engine === null ? [] : [checkEqual('insurance fund delta (engine)', engine.insuranceFundDelta(fill, maxFeePpm), expected)]),
    ];
  }, kernel);
}

/** Not in the file; of the venue's test markets it is the resolution of the base currency. */
function exponentOf(markets: Markets, fields: Fields): number {
  return optionalNumber(fields, 'quantumConversionExponent') ?? marketOf(markets, idOf(fields)).atomicResolution;
}

/** Compares the answers, or the name of the error where one is expected: that of the library and of the kernel. */
async function checkAnswer(
  fields: Fields,
  expected: string,
  compute: () => Promise<Check[]>,
  kernel: () => unknown,
): Promise<Check[]> {
  const error = fields['expectedError'] ?? null;
  if (error === null) {
    const isAbsent = fields[expected] === undefined || fields[expected] === null;
    return isAbsent ? [] : compute();
  }
  // The library is asked before anything else is: its refusal is what `compute` throws.
  const errors = [await errorOf(compute), await errorOf(kernel)];
  return [checkEqual('error', errors[0], error), checkEqual('error (kernel)', errors[1], error)];
}

async function errorOf(run: () => unknown): Promise<string> {
  try {
    await run();
    return 'none';
  } catch (cause) {
    if (!(cause instanceof ChainError)) throw cause;
    return cause.message;
  }
}

function idOf(fields: Fields): string {
  const id = fields['perpetualId'];
  if (typeof id === 'number' || typeof id === 'string') return String(id);
  throw new CaseInputError(`input perpetualId must be an id, got ${JSON.stringify(id) ?? 'nothing'}`);
}

function fillablePrice(markets: Markets, account: Subaccount, id: string, delta: bigint, fields: Fields) {
  const position = requireReduction(account, id, delta);
  const risk = riskOf(marketOf(markets, id), position);
  const total = totalRisk(markets, account);
  const block = new NumberBlock(blockFloats)
    .setFloats([numberOf(fields, 'bankruptcyAdjustmentPpm'), numberOf(fields, 'spreadToMaintenanceMarginRatioPpm')])
    .setNumbers([risk.notional, risk.maintenance, total.notional, total.maintenance, position]);
  block.run('dydxFillablePrice');
  return { numerator: block.number(5), denominator: block.number(6) };
}

function insuranceFundDelta(markets: Markets, account: Subaccount, fields: Fields): bigint {
  const fill = wholeOf(fields, 'fillAmount');
  if (fill === 0n) throw new ChainError(fillError);
  const isBuy = fields['isBuy'] === true;
  const quote = fillQuote(fill, wholeOf(fields, 'subticks'), exponentOf(markets, fields));
  const price = bankruptcyPrice(markets, account, idOf(fields), isBuy ? fill : -fill);
  const block = new NumberBlock(blockFloats)
    .setFloats([numberOf(fields, 'maxLiquidationFeePpm')])
    .setNumbers([isBuy ? -quote : quote, price]);
  block.run('dydxInsuranceFundDelta');
  return block.number(2);
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
