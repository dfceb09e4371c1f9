import type { Check } from '../check.ts';
import { CaseInputError, fieldsOf, isFields, listOf, numberOf, optionalNumber, type Fields } from '../fields.ts';
import { CaseAccount, currency } from './account.ts';
import { balancesOf, checkAmount, checkInteger, fixedIn, fromFixed, sectionIn } from './checks.ts';

/** Cases of Derive standard margin, in the collected form (`cases`) and in the venue's own (18-digit integers). */

const model = 'derive-srm';

export function isSrmCase(value: unknown): value is Fields {
  return isFields(value) && isFields(value['markets']) && isFields(value['params']);
}

export async function checkSrm(input: Fields): Promise<readonly Check[]> {
  const expected = fieldsOf(input['expected']);
  const balances = balancesOf(await accountOf(input).margin(model, paramsOf(input)));
  return [
    ...checkAmount('mark-to-market', balances.equity, expected['MtM']),
    ...checkAmount('oracle contingency', -balances.component('oracleContingency'), expected['oracle']),
    ...checkAmount('depeg contingency', -balances.component('depegContingency'), expected['depeg']),
    ...checkAmount('initial margin', balances.initial, expected['IM']),
    ...checkAmount('maintenance margin', balances.maintenance, expected['MM']),
    ...checkInteger('initial margin (integer)', balances.initial, expected['IM_trunc_int']),
    ...checkInteger('maintenance margin (integer)', balances.maintenance, expected['MM_trunc_int']),
  ];
}

function accountOf(input: Fields): CaseAccount {
  const stablePrice = numberOf(input, 'stablePrice');
  const account = new CaseAccount(numberOf(input, 'cash'));
  for (const [base, value] of Object.entries(sectionIn(input, 'markets'))) {
    addMarket(account, base, fieldsOf(value), stablePrice);
  }
  return account;
}

function addMarket(account: CaseAccount, base: string, market: Fields, stablePrice: number): void {
  const spot = numberOf(market, 'spot');
  const shared = { stablePrice, indexConfidence: numberOf(market, 'spotConfidence') };
  account.setSpot(base, spot);
  account.addPerpetual({
    base,
    price: numberOf(market, 'perpPrice'),
    amount: numberOf(market, 'perpPosition'),
    unrealisedPnl: numberOf(market, 'perpUnrealizedPnl'),
    quotes: { ...shared, confidence: numberOf(market, 'perpConfidence') },
  });
  account.addSpot({ base, price: spot, amount: numberOf(market, 'basePosition'), quotes: shared });
  for (const expiry of listOf(market['expiries']).map(fieldsOf)) {
    const quotes = {
      ...shared,
      confidence: numberOf(expiry, 'forwardConfidence'),
      volatilityConfidence: numberOf(expiry, 'volConfidence'),
    };
    for (const option of listOf(expiry['options']).map(fieldsOf)) {
      if (typeof option['isCall'] !== 'boolean') throw new CaseInputError('input isCall must be true or false');
      account.addOption({
        base,
        secondsToExpiry: numberOf(expiry, 'secToExpiry'),
        strike: numberOf(option, 'strike'),
        isCall: option['isCall'],
        amount: numberOf(option, 'amount'),
        volatility: numberOf(option, 'vol'),
        forward: numberOf(expiry, 'forward'),
        quotes,
      });
    }
  }
}

/** One set of parameters for all markets of a case. */
function paramsOf(input: Fields): unknown {
  const params = sectionIn(input, 'params');
  const perp = sectionIn(params, 'perp');
  const market = {
    perp: { mmPerpReq: perp['mm'], imPerpReq: perp['im'] },
    option: params['option'],
    base: params['base'],
    oracle: params['oracle'],
  };
  const names = Object.keys(sectionIn(input, 'markets'));
  return {
    source: 'the file',
    date: '2025-02-17',
    currency,
    depeg: params['depeg'],
    markets: Object.fromEntries(names.map((name) => [name, market])),
  };
}

// --- the venue's own file -------------------------------------------------------------------------------------------

export function isRawSrmCase(value: unknown): value is { readonly Scenario: Fields; readonly Result: Fields } {
  const { Scenario: scenario, Result: result } = fieldsOf(value);
  return isFields(scenario) && isFields(result) && Array.isArray(scenario['OptionUnderlying'])
    && Array.isArray(scenario['SpotPerpConfidences']);
}

/** The venue's file leaves its parameters to the test that reads it: those of its standard manager unit tests. */
const testParams = {
  perp: { mm: 0.05, im: 0.065 },
  option: {
    maxSpotReq: 0.15, minSpotReq: 0.1, mmCallSpotReq: 0.075, mmPutSpotReq: 0.075, MMPutMtMReq: 0.075,
    unpairedIMScale: 1.2, unpairedMMScale: 1.1, mmOffsetScale: 1.05,
  },
  oracle: { perpThreshold: 0.4, optionThreshold: 0.4, baseThreshold: 0.4, OCFactor: 0.4 },
  depeg: { threshold: 0.98, depegFactor: 1.2 },
  base: { marginFactor: 0.1, IMScale: 1 },
};
/** In the order of the file's lists of prices and confidences. */
const rawUnderlyings = ['ETH', 'BTC'] as const;
/** Before that, options of an expiry are priced at what its average has become. */
const settlementSeconds = 1800;

/** In the collected form. */
export function collectedSrm(scenario: Fields, result: Fields): Fields {
  const expectedFixed = (name: string): number | undefined =>
    result[name] === undefined || result[name] === null ? undefined : fixedIn(result, name);
  return {
    cash: fixedIn(scenario, 'Cash'),
    stablePrice: fixedIn(scenario, 'USDCValue'),
    markets: Object.fromEntries(rawUnderlyings.map((base, index) => [base, rawMarket(scenario, base, index)])),
    params: testParams,
    expected: {
      MtM: expectedFixed('PortfolioMtM'),
      oracle: expectedFixed('OracleConts'),
      depeg: expectedFixed('DepegIMs'),
      IM: expectedFixed('realIM') ?? expectedFixed('HandIM'),
      MM: expectedFixed('realMM') ?? expectedFixed('HandMM'),
    },
  };
}

function rawMarket(scenario: Fields, base: string, index: number): Fields {
  const [spotConfidence, perpConfidence] = listOf(listOf(scenario['SpotPerpConfidences'])[index]).map(Number);
  const perpPrice = fromFixed(Number(listOf(scenario['PerpPrice'])[index]));
  const perpPosition = fixedIn(scenario, `Perps_${base}`);
  return {
    spot: fixedIn(scenario, `${base}SpotPrice`),
    spotConfidence: fromFixed(spotConfidence),
    perpPrice,
    perpConfidence: fromFixed(perpConfidence),
    perpPosition,
    perpUnrealizedPnl: rawPerpPnl(scenario, base, perpPosition, perpPrice),
    basePosition: fixedIn(scenario, `w${base}`),
    expiries: rawExpiries(scenario, base),
  };
}

/** Since entry, and funding since the account's own index. */
function rawPerpPnl(scenario: Fields, base: string, position: number, price: number): number {
  if (position === 0) return 0;
  const entry = fixedIn(scenario, `LastEntry${base}`);
  const own = fromFixed(optionalNumber(scenario, `Account${base}FundingIndex`) ?? 0);
  return position * (price - entry + own - fixedIn(scenario, `${base}GlobalFundingIndex`));
}

function rawExpiries(scenario: Fields, base: string): Fields[] {
  const column = (name: string): number[] => listOf(scenario[name]).map(Number);
  const seconds = column('OptionExpiries');
  const ofBase = [...seconds.keys()].filter((row) => listOf(scenario['OptionUnderlying'])[row] === base);
  return [...new Set(ofBase.map((row) => seconds[row]))].map((secToExpiry) => {
    const rows = ofBase.filter((row) => seconds[row] === secToExpiry);
    const at = (name: string, row: number): number => fromFixed(column(name)[row]);
    const least = (name: string): number => Math.min(...rows.map((row) => at(name, row)));
    return {
      secToExpiry,
      forward: secToExpiry < settlementSeconds
        ? fixedIn(scenario, `SettlementPrice${base}`)
        : at('Forwards', rows[0]),
      forwardConfidence: least('ForwardConfidences'),
      volConfidence: least('OptionVolConfidences'),
      options: rows.map((row) => ({
        strike: at('OptionStrikes', row),
        isCall: column('OptionIsCall')[row] !== 0,
        amount: at('OptionAmounts', row),
        vol: at('OptionVols', row),
      })),
    };
  });
}
