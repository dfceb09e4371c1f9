import {
  dydxBankruptcyPriceOf, dydxFillablePriceOf, dydxFillQuote, dydxInsuranceFundDeltaOf, MargridError,
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
    if (!(cause instanceof MargridError) || cause.code !== 'ValueOutOfRange') throw cause;
    throw new ChainError(cause.place.column === 'fill' ? fillError : sizeError);
  }
}

export async function checkBankruptcyPrice(markets: Markets, fields: Fields): Promise<Check[]> {
  const account = readSubaccount(fields);
  const id = idOf(fields);
  const delta = wholeOf(fields, 'deltaQuantums');
  return checkAnswer(fields, 'expected', async () => {
    const price = asChain(() => dydxBankruptcyPriceOf(markets, account, id, delta));
    const expected = wholeOf(fields, 'expected');
    const engine = await engineAccount(markets, account);
    return [
      checkEqual('bankruptcy price', price, expected),
      checkEqual('bankruptcy price (kernel)', bankruptcyPrice(markets, account, id, delta), expected),
      ...(engine === null ? [] : [checkEqual('bankruptcy price (engine)', engine.bankruptcyPrice(id, delta), expected)]),
    ];
  }, () => bankruptcyPrice(markets, account, id, delta));
}

export async function checkFillablePrice(markets: Markets, fields: Fields): Promise<Check[]> {
  const account = readSubaccount(fields);
  const id = idOf(fields);
  const delta = wholeOf(fields, 'deltaQuantums');
  const terms = {
    bankruptcyAdjustmentPpm: numberOf(fields, 'bankruptcyAdjustmentPpm'),
    spreadToMaintenanceMarginRatioPpm: numberOf(fields, 'spreadToMaintenanceMarginRatioPpm'),
  };
  return checkAnswer(fields, 'expectedFillablePriceRat', async () => {
    const price = asChain(() => dydxFillablePriceOf(markets, account, id, delta, terms));
    const [numerator, denominator] = listOf(fields['expectedFillablePriceRat']);
    const expected = { numerator: wholeOf({ numerator }, 'numerator'), denominator: wholeOf({ denominator }, 'denominator') };
    const check = (quantity: string, price: { readonly numerator: bigint; readonly denominator: bigint }): Check =>
      checkEqual(quantity, price.numerator * expected.denominator, price.denominator * expected.numerator);
    const engine = await engineAccount(markets, account);
    return [
      check('fillable price (fraction)', price),
      check('fillable price (kernel)', fillablePrice(markets, account, id, delta, fields)),
      ...(engine === null ? [] : [check('fillable price (engine)', engine.fillablePrice(id, delta, terms))]),
    ];
  }, () => fillablePrice(markets, account, id, delta, fields));
}

export async function checkInsuranceFundDelta(markets: Markets, fields: Fields): Promise<Check[]> {
  const account = readSubaccount(fields);
  const perpetual = idOf(fields);
  const isBuy = fields['isBuy'] === true;
  const quantums = wholeOf(fields, 'fillAmount');
  // Not in the file; of the venue's test markets it is the resolution of the base currency.
  const exponent = optionalNumber(fields, 'quantumConversionExponent') ?? marketOf(markets, perpetual).atomicResolution;
  const maxFeePpm = numberOf(fields, 'maxLiquidationFeePpm');
  const fill = { perpetual, isBuy, quantums, quote: dydxFillQuote(quantums, wholeOf(fields, 'subticks'), exponent) };
  return checkAnswer(fields, 'expected', async () => {
    const delta = asChain(() => dydxInsuranceFundDeltaOf(markets, account, fill, maxFeePpm));
    const expected = wholeOf(fields, 'expected');
    const engine = await engineAccount(markets, account);
    return [
      checkEqual('insurance fund delta', delta, expected),
      checkEqual('insurance fund delta (kernel)', insuranceFundDelta(markets, account, fields, exponent), expected),
      ...(engine === null ? [] : [checkEqual('insurance fund delta (engine)', engine.insuranceFundDelta(fill, maxFeePpm), expected)]),
    ];
  }, () => insuranceFundDelta(markets, account, fields, exponent));
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

function insuranceFundDelta(markets: Markets, account: Subaccount, fields: Fields, exponent: number): bigint {
  const fill = wholeOf(fields, 'fillAmount');
  if (fill === 0n) throw new ChainError(fillError);
  const isBuy = fields['isBuy'] === true;
  const quote = fillQuote(fill, wholeOf(fields, 'subticks'), exponent);
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
