/**
 * Columns of the positional expanded unpacked format (U2, `.pa2`) of SPAN risk-parameter files, 1-based and inclusive.
 *
 * Source: CME Group, Risk Parameter File Layouts for the Positional Formats (cmegroupclientsite.atlassian.net, space
 * pubspan, pages 46301203, 47022084, 46071819, 47087663 and those they link to), and record lines of a CME file of 20
 * June 2025 for types V, X, Y and Z, whose pages could not be read.
 */
export type ColumnRange = readonly [from: number, to: number];
export type RecordColumns = Readonly<Record<string, ColumnRange>>;

/** `name1`, `name2` …: columns that repeat every `stride`. */
function repeated(count: number, stride: number, columns: RecordColumns): RecordColumns {
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) =>
      Object.entries(columns).map(([name, [from, to]]): [string, ColumnRange] => [
        `${name}${index + 1}`,
        [from + stride * index, to + stride * index],
      ]),
    ).flat(),
  );
}

const identity: RecordColumns = {
  exchange: [3, 5],
  product: [6, 15],
  underlying: [16, 25],
  type: [26, 28],
  right: [29, 29],
  month: [30, 35],
  day: [36, 37],
  optionMonth: [39, 44],
  optionDay: [45, 46],
  strike: [48, 54],
};

const losses = (first: number, count: number): RecordColumns =>
  Object.fromEntries(
    Array.from({ length: count }, (_, index): [string, ColumnRange] => [
      `loss${first + index}`,
      [55 + 6 * index, 59 + 6 * index],
    ]),
  );

export const recordColumns = {
  '0 ': {
    exchangeComplex: [3, 8],
    businessDate: [9, 16],
    settlementOrIntraday: [17, 17],
    fileIdentifier: [18, 19],
    businessTime: [20, 23],
    creationDate: [24, 31],
    creationTime: [32, 35],
    format: [36, 37],
    overallLimitOptionValue: [38, 38],
    grossNet: [39, 39],
    businessFunction: [40, 44],
    clearingOrCustomer: [51, 51],
    accountType: [59, 59],
    performanceBondClass: [67, 67],
    maintenanceOrInitial: [75, 75],
  },
  '1 ': { exchange: [3, 5], exchangeCode: [8, 9] },
  '2 ': {
    exchange: [3, 5],
    code: [7, 12],
    riskExponent: [13, 13],
    currency: [14, 16],
    currencyCode: [17, 17],
    optionStyle: [18, 18],
    limitOptionValue: [19, 19],
    combinationMethod: [20, 20],
    ...repeated(6, 16, { product: [23, 32], type: [33, 35], arrayDecimals: [36, 36] }),
  },
  '3 ': {
    code: [3, 8],
    method: [9, 10],
    ...repeated(4, 14, { tier: [11, 12], start: [13, 18], end: [19, 24] }),
    initialMember: [69, 72],
    initialHedger: [73, 76],
    initialSpeculator: [77, 80],
  },
  '4 ': {
    code: [3, 8],
    method: [9, 10],
    spotMonthCount: [11, 12],
    ...repeated(2, 22, { monthNumber: [13, 14], month: [15, 20], chargeConsumed: [21, 27], chargeOutright: [28, 34] }),
    day1: [57, 58],
    day2: [59, 60],
    shortOptionMinimum: [63, 69],
    adjustmentMember: [70, 72],
    adjustmentHedger: [73, 75],
    adjustmentSpeculator: [76, 78],
    shortOptionMethod: [79, 79],
  },
  '5 ': { group: [3, 5], ...repeated(10, 6, { code: [13, 18] }) },
  '6 ': {
    group: [3, 5],
    priority: [6, 9],
    rate: [10, 16],
    ...repeated(4, 18, { exchange: [17, 19], required: [20, 20], code: [21, 26], ratio: [27, 33], side: [34, 34] }),
    method: [89, 90],
    targetExchange: [91, 93],
    targetRequired: [94, 94],
    targetCode: [95, 100],
    creditMethod: [101, 101],
    ...repeated(4, 2, { tier: [102, 103] }),
    spreadGroup: [110, 110],
    targetRatio: [111, 117],
    minimumLegs: [118, 121],
  },
  '81': { ...identity, ...losses(1, 9), precisePrice: [109, 122], precisePriceFlag: [123, 123] },
  '82': {
    ...identity,
    ...losses(10, 7),
    compositeDelta: [97, 101],
    compositeDeltaSign: [102, 102],
    impliedVolatility: [103, 110],
    price: [111, 117],
    priceSign: [118, 118],
    strikeSign: [119, 119],
    currentDelta: [120, 124],
    currentDeltaSign: [125, 125],
    currentDeltaDay: [126, 126],
  },
  'B ': {
    exchange: [3, 5],
    product: [6, 15],
    type: [16, 18],
    month: [19, 24],
    day: [25, 26],
    optionMonth: [28, 33],
    optionDay: [34, 35],
    baseVolatility: [37, 44],
    volatilityScanRange: [45, 52],
    priceScanRange: [53, 57],
    extremeMultiplier: [58, 62],
    extremeCover: [63, 67],
    interestRate: [68, 72],
    timeToExpiry: [73, 79],
    lookAhead: [80, 85],
    deltaScale: [86, 91],
    expiryDate: [92, 99],
    underlying: [100, 109],
    pricingModel: [110, 111],
    volatilityScanQuotation: [164, 164],
    priceScanQuotation: [165, 165],
    priceScanExponent: [166, 167],
    priceScanExponentSign: [168, 168],
  },
  'C ': {
    code: [3, 8],
    method: [9, 10],
    priority: [11, 12],
    legCount: [13, 14],
    charge: [15, 21],
    ...repeated(8, 7, { leg: [22, 23], tier: [24, 25], ratio: [26, 27], side: [28, 28] }),
  },
  'E ': {
    code: [3, 8],
    priority: [9, 13],
    charge: [14, 20],
    ...repeated(4, 14, { month: [21, 24], day: [25, 26], remaining: [27, 27], ratio: [28, 33], side: [34, 34] }),
  },
  'P ': {
    exchange: [3, 5],
    product: [6, 15],
    type: [16, 18],
    shortName: [19, 33],
    priceDecimals: [34, 36],
    strikeDecimals: [37, 39],
    priceAlignment: [40, 40],
    strikeAlignment: [41, 41],
    valueFactor: [42, 55],
    cabinetValue: [56, 63],
    currency: [66, 68],
    currencyCode: [69, 69],
    quotation: [70, 72],
    valueFactorExponentSign: [73, 73],
    valueFactorExponent: [74, 75],
    exercise: [76, 79],
    longName: [80, 114],
    positionable: [115, 115],
    moneyness: [116, 116],
    valuation: [117, 121],
    settlement: [122, 126],
  },
  'S ': {
    code: [3, 8],
    method: [9, 10],
    tierCount: [11, 12],
    ...repeated(5, 14, { tier: [13, 14], start: [15, 20], end: [21, 26] }),
    weightedPriceRiskMethod: [83, 83],
    ...repeated(5, 4, { startDay: [84, 85], endDay: [86, 87] }),
    ...repeated(5, 7, { rate: [104, 110] }),
  },
  'T ': { from: [3, 5], fromCode: [6, 6], to: [7, 9], toCode: [10, 10], rate: [11, 20] },
  'V ': {
    exchange: [3, 5],
    product: [6, 15],
    month: [16, 21],
    day: [22, 23],
    businessDate: [24, 31],
    longRate: [32, 44],
    longRateSign: [45, 45],
    longDiscountOrPremium: [46, 46],
    shortRate: [47, 59],
    shortRateSign: [60, 60],
    productClass: [83, 88],
  },
  'X ': { method: [3, 3], product: [4, 13], priceOffset: [14, 20] },
  'Y ': { product: [3, 12], option: [13, 22] },
  'Z ': {
    exchange: [3, 5],
    product: [6, 15],
    combinationType: [16, 20],
    month: [21, 26],
    day: [27, 28],
    legNumber: [36, 38],
    legSide: [39, 39],
    legProduct: [43, 52],
    legType: [53, 55],
    legMonth: [56, 61],
    legDay: [62, 63],
    legPriceAvailable: [68, 68],
    legPriceUsage: [69, 69],
  },
} as const satisfies Record<string, RecordColumns>;

export type RecordType = keyof typeof recordColumns;

/** Documented record types that carry nothing this model needs. */
export const skippedTypes: readonly string[] = ['9 ', 'R '];

export function recordTypeOf(line: string): RecordType | null {
  const id = line.length === 1 ? `${line} ` : line.slice(0, 2);
  return id in recordColumns ? (id as RecordType) : null;
}
