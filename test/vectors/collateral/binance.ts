import { marginAccount, MargridError, type Instrument, type Market } from '../../../src/index.ts';
import { shippedParams } from '../../../src/margin/shipped-params.ts';
import { checkAbsolute, checkRelative, type Check } from '../check.ts';
import { CaseInputError, expectedOf, fieldsOf, listOf, numberOf, textOf, type Fields } from '../fields.ts';
import { sideOf } from '../liquidation/binance.ts';
import { linearMarket } from '../tiered/linear-market.ts';
import { CollateralAccount, decimalsFor } from './account.ts';

/** A handful of roundings. */
const tolerance = 1e-13;

/** Components of a unified margin ratio: P&L of linear and inverse contracts, margin of loans. */
export function binanceCases(fields: Fields): { name: string; check: () => Promise<Check[]> }[] {
  const positions = listOf(fields['positions']).map((each, index) => ({ name: `position ${index + 1}`, check: () => checkLinear(fieldsOf(each)) }));
  const inverse = fields['coinM'] === undefined ? [] : [{ name: 'coinM', check: () => checkInverse(fieldsOf(fields['coinM'])) }];
  const loans = listOf(fields['marginLoans']).map((each, index) => ({ name: `loan ${index + 1}`, check: () => checkLoan(fieldsOf(each), numberOf(fields, 'loanMMR')) }));
  return [...positions, ...inverse, ...loans];
}

async function checkLinear(fields: Fields): Promise<Check[]> {
  const expected = expectedOf(fields, 'expectedUpnlUsdt');
  const [quantity, entryPrice, price, mmr] = ['qty', 'entry', 'mark', 'mmr'].map((name) => numberOf(fields, name));
  const brackets = [{ notionalFloor: 0, maintMarginRatio: mmr, initialLeverage: 1 }];
  const market = linearMarket([{ name: 'contract', baseCurrency: 'BASE', quoteCurrency: 'USDT', price }]);
  const params = { source: 'case', date: '2021-01-01', symbols: { base_usdt: { brackets } } };
  const signed = sideOf(fields) * quantity;
  const { equity, maintenanceMargin } = await marginsOf('binance-usdm', params, market, signed, entryPrice);
  const notional = quantity * Math.max(price, entryPrice);
  return [
    ...(expected === null ? [] : [checkAbsolute('unrealised P&L (engine)', equity, expected, tolerance * notional)]),
    checkAbsolute('maintenance margin (engine), quantity x mark x rate', maintenanceMargin, quantity * price * mmr, tolerance * notional),
  ];
}

/** The P&L of an inverse contract is the same on every venue. */
async function checkInverse(fields: Fields): Promise<Check[]> {
  const expected = expectedOf(fields, 'derivedUpnlBtc');
  const [contracts, entryPrice, mark] = ['contractsUsd', 'entry', 'mark'].map((name) => numberOf(fields, name));
  const instrument: Instrument = {
    name: 'contract', kind: 'perpetual', payoff: 'inverse', baseCurrency: 'BTC', quoteCurrency: 'USD', settlementCurrency: 'BTC',
    contractSize: 1, expiryMs: null, strike: null, optionType: null,
  };
  const market: Market = {
    asOfMs: 0, instruments: [instrument], forward: Float64Array.of(mark), impliedVolatility: Float64Array.of(NaN),
    indexPrice: new Map([['btc_usd', mark]]), openInterest: new Float64Array(1),
  };
  const { equity } = await marginsOf('deribit-sm', shippedParams('deribit-sm'), market, sideOf(fields) * contracts, entryPrice);
  return expected === null ? [] : [checkRelative('unrealised P&L (engine)', equity, expected, tolerance)];
}

async function marginsOf(model: string, params: unknown, market: Market, quantity: number, entryPrice: number) {
  try {
    const [margin] = await marginAccount({ market, model, params, positions: [{ instrument: 'contract', quantity, entryPrice }] });
    if (margin.fault !== null) throw new CaseInputError(margin.fault);
    return margin;
  } catch (cause) {
    if (!(cause instanceof MargridError)) throw cause;
    throw new CaseInputError(cause.message, { cause });
  }
}

/** Maintenance margin of a loan, in units of the asset; what it has less what it owes. Another asset backs the loan. */
async function checkLoan(fields: Fields, rate: number): Promise<Check[]> {
  const expected = expectedOf(fields, 'expectedMarginMM');
  const [has, owes] = [numberOf(fields, 'marginAsset'), numberOf(fields, 'loan')];
  const asset = textOf(fields['asset']) || 'ASSET';
  const size = Math.max(has, owes);
  const curve = { form: 'slopes', minRate: 0, slope: 0, highSlope: 0, kink: 1 };
  const decimals = decimalsFor(100 * size);
  const assets = {
    [asset]: { haircut: 0, netted: false, ltv: 1, decimals, borrow: { curve, reserveShare: 0, marginRate: rate } },
    BACKING: { haircut: 0, decimals },
  };
  const account = await CollateralAccount.open(assets, asset, { BACKING: 1 });
  await account.deposit(asset, has);
  if (owes > 0) {
    await account.lend(asset, owes);
    await account.deposit('BACKING', 20 * owes);
    await account.added();
    await account.borrow(asset, account.minor(asset, owes), true);
  }
  const { maintenanceMargin } = await account.added();
  const [item] = account.items();
  return [
    ...(expected === null ? [] : [checkAbsolute('maintenance margin of the loan', maintenanceMargin, expected, tolerance * size)]),
    checkAbsolute('equity: what it has less what it owes', item.marketValue, has - owes, tolerance * size),
  ];
}
