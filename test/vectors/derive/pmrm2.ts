import { MargridError } from '../../../src/index.ts';
import { checkEqual, type Check } from '../check.ts';
import { CaseInputError, fieldsOf, isFields, listOf, numberOf, optionalNumber, type Fields } from '../fields.ts';
import { CaseAccount, currency } from './account.ts';
import { amountIn, balancesOf, checkAmount, sectionIn, type Balances } from './checks.ts';

/** Portfolio files of the venue's PMRM_2 unit tests: one account with its own parameters each. */

/** The files do not name the underlying. */
const underlying = 'ETH';
const secondsPerDay = 86_400;
const volShocks: Readonly<Record<string, string>> = {
  Up: 'Up', None: 'None', Down: 'Down', LINEAR: 'Linear', ABS: 'Abs',
};

export async function checkPmrm2(file: Fields): Promise<readonly Check[]> {
  const scenario = sectionIn(file, 'Scenario');
  const parameters = sectionIn(file, 'Parameters');
  const shocks = shocksOf(parameters);
  const account = accountOf(scenario);
  const params = paramsOf(parameters, shocks, scenario);
  if (shocks.some(({ isSkew, spotShock }) => isSkew && spotShock !== 1)) return checkRefusal(account, params);
  const balances = balancesOf(await account.margin('derive-pmrm', params));
  return checkResult(fieldsOf(file['Result']), shocks, balances);
}

/** The venue does not take a skew scenario that moves spot: neither do the parameters. */
async function checkRefusal(account: CaseAccount, params: unknown): Promise<readonly Check[]> {
  let outcome = 'margined';
  try {
    await account.margin('derive-pmrm', params);
  } catch (cause) {
    if (!(cause instanceof MargridError && cause.code === 'ParameterInvalid')) throw cause;
    outcome = 'refused';
  }
  return [checkEqual('skew scenario with a spot move', outcome, 'refused')];
}

interface Shock {
  readonly spotShock: number;
  /** As the file writes it. */
  readonly direction: string;
  readonly isSkew: boolean;
  readonly dampeningFactor: number;
}

function shocksOf(parameters: Fields): readonly Shock[] {
  const list = listOf(parameters['Scenarios']);
  if (list.length === 0) throw new CaseInputError('input Parameters.Scenarios is missing');
  return list.map((value) => {
    const fields = fieldsOf(value);
    const direction = String(fields['VolShockDirection']);
    if (volShocks[direction] === undefined) throw new CaseInputError(`VolShockDirection '${direction}' is unknown`);
    return {
      spotShock: numberOf(fields, 'SpotShock'),
      direction,
      isSkew: direction === 'LINEAR' || direction === 'ABS',
      dampeningFactor: numberOf(fields, 'DampeningFactor'),
    };
  });
}

function collateralName(index: number): string {
  return `COLLATERAL${index}`;
}

function accountOf(scenario: Fields): CaseAccount {
  const stablePrice = numberOf(scenario, 'StablePrice');
  const spotPrice = numberOf(scenario, 'SpotPrice');
  const indexConfidence = numberOf(scenario, 'SpotConfidence');
  const account = new CaseAccount(amountIn(scenario, 'Cash') + amountOrZero(scenario, 'UnrealisedFunding'));
  account.setSpot(underlying, spotPrice);
  account.addSpot({
    base: underlying,
    price: spotPrice,
    amount: 0,
    quotes: { stablePrice, indexConfidence, confidence: indexConfidence },
  });
  addPerpetual(account, scenario, { stablePrice, indexConfidence });
  listOf(scenario['Collaterals']).map(fieldsOf).forEach((fields, index) => {
    const quotes = { stablePrice, confidence: numberOf(fields, 'Confidence') };
    account.addSpot({
      base: collateralName(index), price: numberOf(fields, 'Price'), amount: amountIn(fields, 'Amount'), quotes,
    });
  });
  const feeds = listOf(scenario['OptionFeeds']).map(fieldsOf);
  for (const fields of listOf(scenario['Options']).map(fieldsOf)) {
    addOption(account, fields, feeds, { stablePrice, indexConfidence });
  }
  return account;
}

/** Quotes that every instrument of the underlying carries. */
interface SharedQuotes {
  readonly stablePrice: number;
  readonly indexConfidence: number;
}

/** Without a position, price and confidence may be anything, or absent. */
function addPerpetual(account: CaseAccount, scenario: Fields, shared: SharedQuotes): void {
  const amount = amountOrZero(scenario, 'NumPerps');
  account.addPerpetual({
    base: underlying,
    price: amount === 0 ? numberOf(scenario, 'SpotPrice') : numberOf(scenario, 'PerpPrice'),
    amount,
    unrealisedPnl: amountOrZero(scenario, 'UnrealisedPerpPNL'),
    quotes: { ...shared, confidence: amount === 0 ? 1 : numberOf(scenario, 'PerpConfidence') },
  });
}

function amountOrZero(fields: Fields, name: string): number {
  return fields[name] === undefined || fields[name] === null ? 0 : amountIn(fields, name);
}

function addOption(
  account: CaseAccount,
  fields: Fields,
  feeds: readonly Fields[],
  shared: SharedQuotes,
): void {
  const secondsToExpiry = numberOf(fields, 'Expiry');
  const feed = feeds.find((each) => each['FeedExpiry'] === secondsToExpiry);
  if (feed === undefined) throw new CaseInputError(`OptionFeeds has no FeedExpiry ${secondsToExpiry}`);
  account.addOption({
    base: underlying,
    secondsToExpiry,
    strike: numberOf(fields, 'Strike'),
    isCall: isCallOf(fields),
    amount: amountIn(fields, 'Amount'),
    volatility: numberOf(fields, 'MarkVol'),
    forward: numberOf(feed, 'Forward'),
    quotes: {
      ...shared,
      confidence: numberOf(feed, 'ForwardConfidence'),
      interestRate: numberOf(feed, 'Rate'),
      rateConfidence: numberOf(feed, 'RateConfidence'),
      volatilityConfidence: numberOf(feed, 'OptionVolConfidences'),
    },
  });
}

function isCallOf(fields: Fields): boolean {
  const value = fields['IsCall'];
  if (typeof value === 'boolean') return value;
  return numberOf(fields, 'IsCall') !== 0;
}

function paramsOf(parameters: Fields, shocks: readonly Shock[], scenario: Fields): unknown {
  const vol = sectionIn(parameters, 'VolShock');
  const margin = sectionIn(parameters, 'Margin');
  const basis = sectionIn(parameters, 'BasisContingency');
  const other = sectionIn(parameters, 'OtherContingency');
  const skew = sectionIn(parameters, 'SkewShock');
  const manager = {
    scenarios: shocks.map(({ spotShock, direction, dampeningFactor }) =>
      ({ spotShock, volShock: volShocks[direction], dampeningFactor })),
    volShock: {
      volRangeUp: vol['VOLRANGEUP'],
      volRangeDown: vol['VOLRANGEDOWN'],
      shortTermPower: vol['SHORTTERMPOWER'],
      longTermPower: vol['LONGTERMPOWER'],
      dteFloor: numberOf(vol, 'DTE_FLOOR') * secondsPerDay,
      minVolUpShock: vol['MIN_VOL_EVAL_SHOCKED'],
    },
    margin: {
      imFactor: margin['IM_LOSS_FACTOR'],
      mmFactor: margin['MM_LOSS_FACTOR'],
      longRateMultScale: margin['LONG_RATE_MULTSCALE'],
      longRateAddScale: margin['LONG_RATE_ADDSCALE'],
      longBaseStaticDiscount: margin['BASE_STATIC_DISCOUNT'],
      shortRateMultScale: margin['SHORT_RATE_MULTSCALE'],
      shortRateAddScale: margin['SHORT_RATE_ADDSCALE'],
      shortBaseStaticDiscount: margin['BASE_STATIC_DISCOUNT_NEG'],
    },
    basisContingency: {
      scenarioSpotUp: basis['SCENARIO_SPOT_UP'],
      scenarioSpotDown: basis['SCENARIO_SPOT_DOWN'],
      basisContAddFactor: basis['BASIS_CONT_ADD_FACTOR'],
      basisContMultFactor: basis['BASIS_CONT_MULT_FACTOR'],
    },
    otherContingency: {
      pegLossThreshold: other['PEG_LOSS_THRESHOLD'],
      pegLossFactor: other['PEG_LOSS_FACTOR'],
      confThreshold: other['CONF_THRESHOLD'],
      confMargin: other['CONF_MARGIN'],
      MMPerpPercent: other['MM_PERP_PERCENT'],
      IMPerpPercent: other['IM_PERP_PERCENT'],
      MMOptionPercent: other['MM_OPTION_PERCENT'],
      IMOptionPercent: other['IM_OPTION_PERCENT'],
    },
    skewShock: {
      linearBaseCap: skew['LINEAR_SCALE_CAP'],
      linearCBase: skew['LINEAR_CBASE'],
      absBaseCap: skew['ABS_SCALE_CAP'],
      absCBase: skew['ABS_CBASE'],
      minKStar: skew['MIN_K_STAR'],
      widthScale: skew['MIN_WIDTH_SCALE'],
      volParamStatic: skew['VOL_PARAM_STATIC'],
      volParamScale: skew['VOL_PARAM_SCALE'],
    },
    collateral: Object.fromEntries(listOf(scenario['Collaterals']).map(fieldsOf).map((fields, index) =>
      [collateralName(index), {
        isRiskCancelling: fields['IsRiskCancelling'],
        MMHaircut: fields['MMHaircut'],
        IMHaircut: fields['IMHaircut'],
      }])),
  };
  return {
    source: 'the file',
    date: '2025-02-17',
    currency,
    collateralOnlyManager: underlying,
    managers: { [underlying]: manager },
  };
}

/** Components of our result, by the file's name of them; contingencies are negative in the file. */
const contingencies: Readonly<Record<string, string>> = {
  ForwardContingency: 'basisContingency',
  MMPerpCont: 'perpContingency',
  IMPerpCont: 'perpContingencyInitial',
  MMOptionCont: 'optionContingency',
  IMOptionCont: 'optionContingencyInitial',
  MMBaseCont: 'collateralHaircut',
  IMBaseCont: 'collateralHaircutInitial',
  OracleCont: 'oracleContingency',
};

function checkResult(result: Fields, shocks: readonly Shock[], balances: Balances): readonly Check[] {
  return [
    ...checkScenarios(result, shocks, balances),
    ...checkAmount('mark-to-market', balances.equity, result['PortfolioMTM']),
    ...Object.entries(contingencies).flatMap(([name, component]) =>
      checkAmount(name, -balances.component(component), result[name])),
    ...checkFactor(result, balances),
    ...checkAmount('initial margin', balances.initial, result['IM']),
    ...checkAmount('maintenance margin', balances.maintenance, result['MM']),
  ];
}

/** An account with no position has no factor: nothing is multiplied by it. */
function checkFactor(result: Fields, balances: Balances): Check[] {
  const factor = balances.component('initialFactor');
  return factor === 0 ? [] : checkAmount('IMLossFactor', factor, result['IMLossFactor']);
}

/** Entries of `reg_losses` and `tail_losses`: [spot move, volatility direction, P&L]; of `skew_losses`: [kind, P&L]. */
function checkScenarios(result: Fields, shocks: readonly Shock[], balances: Balances): Check[] {
  const free = new Set(shocks.keys());
  return ['reg_losses', 'tail_losses', 'skew_losses'].flatMap((block) => listOf(result[block]).flatMap((entry) => {
    const index = [...free].find((each) => isEntryOf(listOf(entry), shocks[each]));
    if (index === undefined) throw new CaseInputError(`${block} has ${JSON.stringify(entry)}, which is no scenario`);
    free.delete(index);
    return checkAmount(`scenario P&L (${block})`, balances.scenarioPnl(index), listOf(entry).at(-1));
  }));
}

const directionCodes: Readonly<Record<string, number>> = { Up: 1, None: 0, Down: -1 };

function isEntryOf(entry: readonly unknown[], { isSkew, direction, spotShock }: Shock): boolean {
  if (isSkew || entry.length === 2) return entry[0] === direction;
  const isMove = Math.abs(1 + Number(entry[0]) - spotShock) < 1e-9;
  return isMove && Number(entry[1]) === directionCodes[direction];
}

export function isPmrm2File(root: Fields): boolean {
  const parameters = fieldsOf(root['Parameters']);
  const scenario = root['Scenario'];
  return isFields(scenario) && Array.isArray(parameters['Scenarios']) && isFields(parameters['SkewShock'])
    && optionalNumber(scenario, 'SpotPrice') !== null;
}
