import type { SqlTypes, Value } from '../io/fixtures.ts';

/**
 * A market of six instruments in two risk groups, whose parameters ship with margrid. Reading it is quicker than
 * resolving the built-in quotes.
 */
export const marketTypes: SqlTypes = {
  instrument: 'VARCHAR',
  kind: 'VARCHAR',
  payoff: 'VARCHAR',
  base_currency: 'VARCHAR',
  quote_currency: 'VARCHAR',
  settlement_currency: 'VARCHAR',
  contract_size: 'DOUBLE',
  expiry: 'VARCHAR',
  strike: 'DOUBLE',
  option_type: 'VARCHAR',
  index_price: 'DOUBLE',
  forward: 'DOUBLE',
  implied_volatility: 'DOUBLE',
  as_of: 'VARCHAR',
};

const asOf = '2026-08-01T12:00:00.000Z';
const december = '2026-12-25T08:00:00.000Z';
const september = '2026-09-18T13:30:00.000Z';

function bitcoin(
  name: string,
  kind: string,
  size: number,
  expiry: Value,
  forward: number,
  option: readonly Value[] = [],
): Value[] {
  const [strike = null, optionType = null, volatility = null] = option;
  return [
    name,
    kind,
    'inverse',
    'BTC',
    'USD',
    'BTC',
    size,
    expiry,
    strike,
    optionType,
    62_650,
    forward,
    volatility,
    asOf,
  ];
}

function index(name: string, strike: number, optionType: string, volatility: number): Value[] {
  return [
    name,
    'option',
    'linear',
    'SPX',
    'USD',
    'USD',
    100,
    september,
    strike,
    optionType,
    7_490,
    7_520.5,
    volatility,
    asOf,
  ];
}

export const marketRows: readonly (readonly Value[])[] = [
  bitcoin('BTC-PERPETUAL', 'perpetual', 10, null, 62_700.5),
  bitcoin('BTC-25DEC26', 'future', 10, december, 63_400),
  bitcoin('BTC-25DEC26-60000-P', 'option', 1, december, 63_400, [60_000, 'put', 0.45]),
  bitcoin('BTC-25DEC26-70000-C', 'option', 1, december, 63_400, [70_000, 'call', 0.47]),
  index('SPX-18SEP26-7500-C', 7_500, 'call', 0.14),
  index('SPX-18SEP26-7000-P', 7_000, 'put', 0.21),
];

export const bookTypes: SqlTypes = {
  account: 'VARCHAR',
  instrument: 'VARCHAR',
  quantity: 'DOUBLE',
  entry_price: 'DOUBLE',
};

export const bookRows: readonly (readonly Value[])[] = [
  ['alice', 'BTC-PERPETUAL', -4_000, 62_000.5],
  ['alice', 'BTC-25DEC26-60000-P', -2, 0],
  ['alice', 'BTC', 1.25, 0],
  ['bob', 'SPX-18SEP26-7500-C', 10, 0],
  ['bob', 'SPX-18SEP26-7000-P', -5, 0],
  ['bob', 'USD', 250_000, 0],
  ['carol', 'BTC-25DEC26', 300, 64_000],
  ['carol', 'BTC-25DEC26-70000-C', -0.5, 0],
  ['carol', 'SPX-18SEP26-7500-C', -1, 0],
  ['carol', 'BTC', 0.001, 0],
  ['dave', 'BTC', 3, 0],
];

export function csvText(types: SqlTypes, rows: readonly (readonly Value[])[]): string {
  const lines = [Object.keys(types), ...rows].map((row) => row.map((value) => value ?? '').join(','));
  return `${lines.join('\n')}\n`;
}

export interface MarginRow {
  readonly account: string;
  readonly currency: string;
  readonly equity: number | null;
  readonly initial_margin: number | null;
  readonly maintenance_margin: number | null;
  readonly worst_case: number | null;
  readonly roll_shock: number | null;
  readonly delta_shock: number | null;
  readonly worst_scenario: number;
  readonly status: string;
  readonly fault: string;
}

export interface MarginResult {
  readonly accounts: number;
  readonly evaluatedAccounts: number;
  readonly quarantinedAccounts: number;
  readonly stateHash: string;
  readonly problemCount: number;
  readonly problems: readonly {
    readonly code: string;
    readonly row: number;
    readonly column: string;
    readonly value: unknown;
  }[];
  readonly margins: readonly MarginRow[];
}
