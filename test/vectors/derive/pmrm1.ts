import type { Check } from '../check.ts';
import { CaseInputError, fieldsOf, isFields, listOf, numberOf, type Fields } from '../fields.ts';
import { CaseAccount, currency } from './account.ts';
import {
  balancesOf, checkAmount, checkInteger, fixedIn, fromFixed, sectionIn, type Balances,
} from './checks.ts';

/** Cases of Derive PMRM, in the collected form (`cases`) and in the venue's own (18-digit integers). */

const underlying = 'ETH';
const model = 'derive-pmrm1';

export function isPmrm1Case(value: unknown): value is Fields {
  return isFields(value) && Array.isArray(value['expiries']) && Array.isArray(value['scenarios'])
    && isFields(value['params']);
}

export async function checkPmrm1(input: Fields): Promise<readonly Check[]> {
  const expected = fieldsOf(input['expected']);
  const balances = balancesOf(await accountOf(input).margin(model, paramsOf(sectionIn(input, 'params'), input)));
  const scenarios = listOf(input['scenarios']).length;
  return [
    ...checkAmount('mark-to-market', balances.equity, expected['MtM']),
    ...checkAmount('basis contingency', -balances.component('basisContingency'), expected['basisContingency']),
    ...checkAmount('static contingency', staticContingency(balances), expected['staticContingency']),
    ...checkAmount('oracle contingency', -balances.component('oracleContingency'), expected['oracleContingency']),
    ...checkAmount('least scenario P&L', leastScenario(balances, scenarios), expected['minSpan']),
    ...checkAmount('initial margin', balances.initial, expected['IM']),
    ...checkAmount('maintenance margin', balances.maintenance, expected['MM']),
    ...checkInteger('initial margin (integer)', balances.initial, expected['IM_trunc_int']),
    ...checkInteger('maintenance margin (integer)', balances.maintenance, expected['MM_trunc_int']),
  ];
}

function staticContingency({ component }: Balances): number {
  return component('perpContingency') + component('optionContingency') + component('collateralHaircut');
}

/** The files' span leaves the basis contingency out. */
function leastScenario({ scenarioPnl }: Balances, count: number): number {
  return Math.min(...Array.from({ length: count }, (_, index) => scenarioPnl(index)));
}

function accountOf(input: Fields): CaseAccount {
  const stablePrice = numberOf(input, 'stablePrice');
  const spot = numberOf(input, 'spot');
  const shared = { stablePrice, indexConfidence: numberOf(input, 'spotConfidence') };
  const account = new CaseAccount(numberOf(input, 'cash'));
  account.setSpot(underlying, spot);
  account.addPerpetual({
    base: underlying,
    price: numberOf(input, 'perpPrice'),
    amount: numberOf(input, 'perpPosition'),
    unrealisedPnl: numberOf(input, 'perpUnrealizedPnl'),
    quotes: { ...shared, confidence: numberOf(input, 'perpConfidence') },
  });
  account.addSpot({
    base: underlying,
    price: spot,
    amount: numberOf(input, 'basePosition'),
    quotes: { ...shared, confidence: shared.indexConfidence },
  });
  for (const expiry of listOf(input['expiries']).map(fieldsOf)) addExpiry(account, expiry, shared);
  return account;
}

/** The least confidence of the expiry's feeds is given as one number. */
function addExpiry(
  account: CaseAccount,
  expiry: Fields,
  shared: { readonly stablePrice: number; readonly indexConfidence: number },
): void {
  const settledForward = numberOf(expiry, 'forwardFixed');
  const confidence = numberOf(expiry, 'minConfidence');
  for (const option of listOf(expiry['options']).map(fieldsOf)) {
    if (typeof option['isCall'] !== 'boolean') throw new CaseInputError('input isCall must be true or false');
    account.addOption({
      base: underlying,
      secondsToExpiry: numberOf(expiry, 'secToExpiry'),
      strike: numberOf(option, 'strike'),
      isCall: option['isCall'],
      amount: numberOf(option, 'amount'),
      volatility: numberOf(option, 'vol'),
      forward: settledForward + numberOf(expiry, 'forwardVariable'),
      quotes: {
        ...shared, settledForward, confidence, interestRate: numberOf(expiry, 'rate'),
        rateConfidence: confidence, volatilityConfidence: confidence,
      },
    });
  }
}

function paramsOf(params: Fields, input: Fields): unknown {
  const vol = sectionIn(params, 'vol');
  const manager = {
    baseAsset: underlying,
    scenarios: listOf(input['scenarios']).map(fieldsOf)
      .map((each) => ({ spotShock: each['spotShock'], volShock: each['vol'] })),
    volShock: { ...vol, dteFloor: vol['dteFloorSec'] },
    margin: params['margin'],
    basisContingency: params['basis'],
    otherContingency: params['other'],
  };
  return {
    source: 'the file',
    date: '2025-02-17',
    currency,
    collateralOnlyManager: underlying,
    managers: { [underlying]: manager },
  };
}

// --- the venue's own file -------------------------------------------------------------------------------------------

export function isRawPmrm1Case(value: unknown): value is { readonly Scenario: Fields; readonly Result: Fields } {
  const { Scenario: scenario, Result: result } = fieldsOf(value);
  return isFields(scenario) && isFields(result) && Array.isArray(scenario['ForwardsVariable'])
    && Array.isArray(scenario['OptionStrikes']);
}

/** The venue's file leaves its parameters to the test that reads it: those of its PMRM unit tests. */
const testParams = {
  basis: { scenarioSpotUp: 1.05, scenarioSpotDown: 0.95, basisContAddFactor: 0.25, basisContMultFactor: 0.01 },
  other: {
    pegLossThreshold: 0.98, pegLossFactor: 2, confThreshold: 0.6, confMargin: 0.5, basePercent: 0.02, perpPercent: 0.02,
    optionPercent: 0.01,
  },
  margin: { imFactor: 1.3, baseStaticDiscount: 0.95, rateMultScale: 4, rateAddScale: 0.05 },
  vol: { volRangeUp: 0.45, volRangeDown: 0.3, shortTermPower: 0.3, longTermPower: 0.13, dteFloorSec: 86_400 },
};
const testScenarios = [1.15, 1.1, 1.05, 1, 0.95, 0.9, 0.85].flatMap((spotShock) =>
  ['Up', 'None', 'Down'].map((vol) => ({ spotShock, vol })));

/** In the collected form, whose expected names are ours. */
export function collectedPmrm1(scenario: Fields, result: Fields): Fields {
  const expectedFixed = (name: string): number | undefined =>
    result[name] === undefined || result[name] === null ? undefined : fixedIn(result, name);
  const parts = ['PerpContingency', 'BaseContingency', 'OptionContingency'].map(expectedFixed);
  const known = parts.filter((part) => part !== undefined);
  return {
    cash: fixedIn(scenario, 'Cash'),
    spot: fixedIn(scenario, 'SpotPrice'),
    spotConfidence: fixedIn(scenario, 'SpotConfidence'),
    stablePrice: fixedIn(scenario, 'StablePrice'),
    perpPosition: fixedIn(scenario, 'Perps'),
    perpPrice: fixedIn(scenario, 'PerpPrice'),
    perpConfidence: fixedIn(scenario, 'PerpConfidence'),
    perpUnrealizedPnl: fixedIn(scenario, 'UnrealisedPerpPNL') + fixedIn(scenario, 'UnrealisedFunding'),
    basePosition: fixedIn(scenario, 'Base'),
    expiries: rawExpiries(scenario),
    scenarios: testScenarios,
    params: testParams,
    expected: {
      MtM: expectedFixed('PortfolioMTM'),
      basisContingency: expectedFixed('ForwardContingency'),
      oracleContingency: expectedFixed('OracleContingency'),
      staticContingency: known.length === parts.length ? -known.reduce((sum, part) => sum + part, 0) : undefined,
      minSpan: expectedFixed('MinSpan'),
      IM: expectedFixed('InitialMarginCalc') ?? expectedFixed('InitialMarginHand'),
      MM: expectedFixed('MaintenanceMarginCalc') ?? expectedFixed('MaintenanceMarginHand'),
    },
  };
}

/** One expiry per time to expiry; its least confidence is over all its options. */
function rawExpiries(scenario: Fields): Fields[] {
  const column = (name: string): number[] => listOf(scenario[name]).map(Number);
  const seconds = column('OptionExpiries');
  return [...new Set(seconds)].map((secToExpiry) => {
    const rows = [...seconds.keys()].filter((row) => seconds[row] === secToExpiry);
    const at = (name: string, row: number): number => fromFixed(column(name)[row]);
    const least = (name: string): number => Math.min(...rows.map((row) => at(name, row)));
    return {
      secToExpiry,
      forwardFixed: at('ForwardsFixed', rows[0]),
      forwardVariable: at('ForwardsVariable', rows[0]),
      rate: at('Rates', rows[0]),
      minConfidence: Math.min(least('ForwardConfidences'), least('RateConfidences'), least('OptionVolConfidences')),
      options: rows.map((row) => ({
        strike: at('OptionStrikes', row),
        isCall: column('OptionIsCall')[row] !== 0,
        amount: at('OptionAmounts', row),
        vol: at('OptionVols', row),
      })),
    };
  });
}
