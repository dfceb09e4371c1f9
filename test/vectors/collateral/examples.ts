import { checkEqual, checkRelative, type Check } from '../check.ts';
import { CaseInputError, expectedOf, numberOf, textOf, type Fields } from '../fields.ts';
import { CollateralAccount, decimalsFor } from './account.ts';

/** A handful of roundings; the balance has 18 digits. */
const tolerance = 1e-14;
const currency = 'USD';

/** A balance at market and after its haircut (Kraken). */
export async function checkHaircut(fields: Fields): Promise<Check[]> {
  const [balance, index] = [numberOf(fields, 'balance'), numberOf(fields, 'index')];
  const asset = assetOf(fields);
  const rules = { [asset]: { haircut: numberOf(fields, 'haircut'), decimals: decimalsFor(balance) } };
  const account = await CollateralAccount.open(rules, currency, { [asset]: index });
  await account.deposit(asset, balance);
  const [item] = account.items();
  const collateral = expectedOf(fields, 'expectedCollateralUsd');
  const added = await account.added();
  return [
    ...relative(fields, 'expectedValueUsd', item.marketValue),
    ...relative(fields, 'expectedCollateralUsd', item.initialValue),
    // The balance is that of an account with one more dollar in cash: its rounding.
    ...(collateral === null ? [] : [checkRelative('collateral in the margin balance', added.balance, collateral, tolerance + 2 ** -52 / balance / index)]),
  ];
}

/** The largest loan: exactly that is granted, and not a minor unit more (Hyperliquid). */
export async function checkLoanLimit(fields: Fields): Promise<Check[]> {
  const [balance, oracle] = [numberOf(fields, 'balance'), numberOf(fields, 'oracle')];
  const expected = expectedOf(fields, 'expectedBorrowableUsd');
  if (expected === null) return [];
  const asset = assetOf(fields);
  const curve = { form: 'slopes', minRate: 0, slope: 0, highSlope: 0, kink: 1 };
  const rules = {
    [asset]: { haircut: 0, ltv: numberOf(fields, 'ltv'), decimals: decimalsFor(balance) },
    [currency]: { haircut: 0, netted: false, ltv: 0, borrow: { curve, reserveShare: 0 } },
  };
  const open = async (): Promise<CollateralAccount> => {
    const account = await CollateralAccount.open(rules, currency, { [asset]: oracle });
    await account.deposit(asset, balance);
    await account.lend(currency, 2 * balance * oracle);
    await account.added();
    return account;
  };
  const account = await open();
  const prices = account.module.book.prices({ indexPrice: new Map([[`${asset}_${currency}`.toLowerCase(), oracle]]) });
  const { loanLimit } = account.module.book.valueOf(0, prices);
  const most = BigInt(expected.times(1e6).floor().toFixed());
  return [
    checkRelative('loan limit', loanLimit, expected, tolerance),
    checkEqual('the largest loan is granted', await isGranted(account, most), true),
    checkEqual('a minor unit more is refused', await isGranted(await open(), most + 1n), false),
  ];
}

async function isGranted(account: CollateralAccount, amount: bigint): Promise<boolean> {
  try {
    await account.borrow(currency, amount.toString(), true);
    return true;
  } catch (cause) {
    if (cause instanceof CaseInputError) return false;
    throw cause;
  }
}

function assetOf(fields: Fields): string {
  const asset = textOf(fields['asset']);
  return asset === '' ? 'ASSET' : asset;
}

function relative(fields: Fields, column: string, actual: number): Check[] {
  const expected = expectedOf(fields, column);
  return expected === null ? [] : [checkRelative(column, actual, expected, tolerance)];
}
