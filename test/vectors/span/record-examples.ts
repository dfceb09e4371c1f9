import type { RecordType } from '../../../src/span/columns.ts';
import { recordOf, type PositionalRecord } from '../../../src/span/record.ts';
import { checkEqual, type Check } from '../check.ts';
import { CaseInputError, type Fields } from '../fields.ts';
import { readPeer, type PeerValue } from './peer-reading.ts';

/**
 * Lines of a file beside what a peer parser read in them. Texts and whole numbers must be the same; where the peer
 * scales, the digits must be the same, whatever the power of ten.
 */
type How = 'text' | 'number' | 'scaled' | 'signed';
type Pairs = Readonly<Record<string, readonly [column: string, how: How]>>;

const numbered = (count: number, pairs: Pairs): Pairs =>
  Object.fromEntries(
    Array.from({ length: count }, (_, index) =>
      Object.entries(pairs).map(([peer, [column, how]]): [string, readonly [string, How]] => [
        peer.replace('#', String(index + 1)),
        [column.replace('#', String(index + 1)), how],
      ]),
    ).flat(),
  );

const contractIdentity: Pairs = {
  exchange: ['exchange', 'text'],
  commodity: ['product', 'text'],
  underlying_commodity: ['underlying', 'text'],
  contract_type: ['type', 'text'],
  option_right: ['right', 'text'],
  contract_month: ['month', 'number'],
  contract_day: ['day', 'text'],
  option_month: ['optionMonth', 'number'],
  option_day: ['optionDay', 'text'],
  option_strike: ['strike', 'text'],
};

const pairs: Readonly<Partial<Record<RecordType, Pairs>>> = {
  '0 ': {
    clearing_organization: ['exchangeComplex', 'text'],
    business_date: ['businessDate', 'text'],
    settlement_or_intraday: ['settlementOrIntraday', 'text'],
    file_identifier: ['fileIdentifier', 'text'],
    file_creation_date: ['creationDate', 'text'],
    file_creation_time: ['creationTime', 'text'],
    format_indicator: ['format', 'text'],
    overall_limit_option: ['overallLimitOptionValue', 'text'],
    gross_net: ['grossNet', 'text'],
  },
  '1 ': { acronym: ['exchange', 'text'], code: ['exchangeCode', 'text'] },
  '2 ': {
    exchange: ['exchange', 'text'],
    code: ['code', 'text'],
    performance_bond_currency_iso: ['currency', 'text'],
    performance_bond_currency_code: ['currencyCode', 'text'],
    option_margin_style: ['optionStyle', 'text'],
    limit_option_value: ['limitOptionValue', 'text'],
    combination_margin_method: ['combinationMethod', 'text'],
    ...numbered(6, { 'commodity_#': ['product#', 'text'], 'contract_type_#': ['type#', 'text'] }),
  },
  '3 ': {
    code: ['code', 'text'],
    spread_charge_method: ['method', 'text'],
    init_to_maint_member: ['initialMember', 'scaled'],
    init_to_maint_hedger: ['initialHedger', 'scaled'],
    init_to_maint_speculator: ['initialSpeculator', 'scaled'],
  },
  '4 ': {
    code: ['code', 'text'],
    spot_charge_method: ['method', 'number'],
    number_of_spot_contracts: ['spotMonthCount', 'number'],
    ...numbered(2, {
      'delivery_month_#': ['monthNumber#', 'number'],
      'delivery_month_#_contract': ['month#', 'number'],
      'delivery_month_#_charge_spreads': ['chargeConsumed#', 'scaled'],
      'delivery_month_#_charge_outrights': ['chargeOutright#', 'scaled'],
    }),
    short_option_minimum_charge_rate: ['shortOptionMinimum', 'scaled'],
    short_option_minimum_calculation_method: ['shortOptionMethod', 'number'],
    adjustment_factor_members: ['adjustmentMember', 'scaled'],
    adjustment_factor_hedgers: ['adjustmentHedger', 'scaled'],
    adjustment_factor_speculators: ['adjustmentSpeculator', 'scaled'],
  },
  '5 ': { code: ['group', 'text'] },
  '6 ': {
    commodity: ['group', 'text'],
    priority: ['priority', 'number'],
    credit_rate: ['rate', 'scaled'],
    ...numbered(4, {
      'leg#_exchange': ['exchange#', 'text'],
      'leg#_commodity': ['code#', 'text'],
      'leg#_ratio': ['ratio#', 'scaled'],
      'leg#_required': ['required#', 'text'],
      'leg#_side': ['side#', 'text'],
    }),
    method: ['method', 'text'],
    target_exchange: ['targetExchange', 'text'],
    target_commodity: ['targetCode', 'text'],
    target_required: ['targetRequired', 'text'],
    target_delta: ['targetRatio', 'scaled'],
    group: ['spreadGroup', 'text'],
    minimum_legs: ['minimumLegs', 'number'],
  },
  '81': { ...contractIdentity, settlement_flag: ['precisePriceFlag', 'text'], settlement_price: ['precisePrice', 'scaled'] },
  '82': {
    ...contractIdentity,
    composite_delta: ['compositeDelta', 'signed'],
    implied_volatility: ['impliedVolatility', 'scaled'],
    settlement_price: ['price', 'signed'],
    strike_sign: ['strikeSign', 'text'],
    current_delta: ['currentDelta', 'signed'],
    current_delta_business_day: ['currentDeltaDay', 'text'],
  },
  'B ': {
    exchange: ['exchange', 'text'],
    commodity: ['product', 'text'],
    contract_type: ['type', 'text'],
    contract_month: ['month', 'number'],
    contract_day: ['day', 'text'],
    option_month: ['optionMonth', 'number'],
    option_day: ['optionDay', 'text'],
    base_volatility: ['baseVolatility', 'scaled'],
    future_price_scan_range: ['priceScanRange', 'scaled'],
    extreme_move_multiplier: ['extremeMultiplier', 'scaled'],
    extreme_move_covered_fraction: ['extremeCover', 'scaled'],
    interest_rate: ['interestRate', 'scaled'],
    time_to_expiration: ['timeToExpiry', 'scaled'],
    lookahead_time: ['lookAhead', 'scaled'],
    delta_scaling_factor: ['deltaScale', 'scaled'],
    expiration_date: ['expiryDate', 'text'],
    underlying_commodity: ['underlying', 'text'],
    pricing_model: ['pricingModel', 'text'],
  },
  'C ': {
    commodity: ['code', 'text'],
    priority: ['priority', 'number'],
    number_of_legs: ['legCount', 'number'],
    charge_rate: ['charge', 'scaled'],
  },
  'E ': {
    commodity: ['code', 'text'],
    priority: ['priority', 'number'],
    charge_rate: ['charge', 'scaled'],
    ...numbered(4, {
      'leg#_month': ['month#', 'number'],
      'leg#_ratio': ['ratio#', 'scaled'],
      'leg#_remaining': ['remaining#', 'text'],
    }),
  },
  'P ': {
    exchange: ['exchange', 'text'],
    commodity: ['product', 'text'],
    contract_type: ['type', 'text'],
    short_name: ['shortName', 'text'],
    settlement_price_decimal: ['priceDecimals', 'number'],
    strike_price_decimal: ['strikeDecimals', 'number'],
    settlement_price_alignment: ['priceAlignment', 'text'],
    strike_price_alignment: ['strikeAlignment', 'text'],
    contract_value_factor: ['valueFactor', 'scaled'],
    standard_cabinet_option_value: ['cabinetValue', 'scaled'],
    settlement_currency_iso: ['currency', 'text'],
    settlement_currency_code: ['currencyCode', 'text'],
    price_quotation: ['quotation', 'text'],
    exercise: ['exercise', 'text'],
    long_name: ['longName', 'text'],
    positionable: ['positionable', 'text'],
    money: ['moneyness', 'text'],
    valuation: ['valuation', 'text'],
    settlement: ['settlement', 'text'],
  },
  'S ': {
    commodity: ['code', 'text'],
    code: ['method', 'number'],
    weighted_futures_method: ['weightedPriceRiskMethod', 'number'],
  },
  'T ': {
    from_iso: ['from', 'text'],
    from_code: ['fromCode', 'text'],
    to_iso: ['to', 'text'],
    to_code: ['toCode', 'text'],
    rate: ['rate', 'scaled'],
  },
  'V ': {
    exchange: ['exchange', 'text'],
    commodity: ['product', 'text'],
    month: ['month', 'number'],
    day: ['day', 'text'],
    business_date: ['businessDate', 'text'],
    long_rate: ['longRate', 'scaled'],
    long_discount_or_premium: ['longDiscountOrPremium', 'text'],
    short_rate: ['shortRate', 'scaled'],
    product_class: ['productClass', 'text'],
  },
  'X ': { code: ['method', 'text'], commodity: ['product', 'text'], price_offset: ['priceOffset', 'scaled'] },
  'Y ': { commodity: ['product', 'text'], option: ['option', 'text'] },
  'Z ': {
    exchange: ['exchange', 'text'],
    commodity: ['product', 'text'],
    combination_type: ['combinationType', 'text'],
    month: ['month', 'number'],
    day: ['day', 'text'],
    leg_number: ['legNumber', 'number'],
    leg_relationship: ['legSide', 'text'],
    leg_commodity: ['legProduct', 'text'],
    leg_contract_type: ['legType', 'text'],
    leg_contract_month: ['legMonth', 'number'],
    leg_contract_day: ['legDay', 'text'],
    leg_price_available: ['legPriceAvailable', 'text'],
    leg_price_usage: ['legPriceUsage', 'text'],
  },
};

export function recordChecks(entry: Fields): Check[] {
  const line = entry['line'];
  if (typeof line !== 'string') throw new CaseInputError('input line must be a text');
  const record = recordOf(line, 'line', 1);
  if (record === null) throw new CaseInputError('input line is blank');
  if (typeof entry['repr'] !== 'string') return [];
  const { fields } = readPeer(entry['repr']);
  const checks = Object.entries(pairs[record.type] ?? {}).flatMap(([peer, [column, how]]) => {
    const wanted = fields.get(peer);
    return wanted === undefined || Array.isArray(wanted) ? [] : [fieldCheck(record, column, how, wanted)];
  });
  return [...checks, ...listChecks(record, fields)];
}

function fieldCheck(record: PositionalRecord, column: string, how: How, wanted: PeerValue): Check {
  const quantity = `${record.type.trim()} ${column}`;
  const raw = record.text(column);
  if (wanted === null) return checkEqual(quantity, raw, /^0*$/.test(raw) ? raw : '');
  if (how === 'text') return checkEqual(quantity, raw, String(wanted));
  if (how === 'number') return checkEqual(quantity, raw === '' ? 'nothing' : Number(raw), Number(wanted));
  const size = how === 'signed' ? record.signedAfter(column) : Number(raw);
  return digitsCheck(quantity, size, Number(wanted));
}

/** Equal up to a power of ten; the peer's products of decimals have rounding errors. */
function digitsCheck(quantity: string, actual: number, wanted: number): Check {
  if (wanted === 0 || actual === 0) return checkEqual(quantity, actual, wanted);
  const power = Math.log10(actual / wanted);
  const isSame = Math.abs(power - Math.round(power)) < 1e-9;
  return checkEqual(quantity, isSame ? wanted : actual, wanted);
}

/** Arrays, tiers and legs, which the peer reads as lists. */
function listChecks(record: PositionalRecord, fields: ReadonlyMap<string, PeerValue>): Check[] {
  const list = (name: string): readonly PeerValue[] => {
    const value = fields.get(name);
    return Array.isArray(value) ? (value as readonly PeerValue[]) : [];
  };
  const firstLoss = record.type === '82' ? 10 : 1;
  return [
    ...list('risk').map((value, index) =>
      digitsCheck(`${record.type} loss${firstLoss + index}`, record.signedAfter(`loss${firstLoss + index}`), Number(value))),
    ...list('tiers').flatMap((tier, index) =>
      (['start', 'end'] as const).map((end, place) =>
        checkEqual(`${record.type.trim()} ${end}${index + 1}`, record.text(`${end}${index + 1}`), String((tier as PeerValue[])[place])))),
    ...list('legs').map((leg, index) => {
      const raw = ['leg', 'tier', 'ratio', 'side'].map((name) => record.raw(`${name}${index + 1}`)).join('');
      return checkEqual(`C leg ${index + 1}`, raw, String(leg));
    }),
    ...list('commodities').map((code, index) => checkEqual(`5 code${index + 1}`, record.text(`code${index + 1}`), String(code))),
  ];
}
