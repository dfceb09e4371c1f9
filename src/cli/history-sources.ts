import { MargridError } from '../errors.ts';
import {
  dateFormats, intradayPolicies, parseFactorColumn, type DateFormat, type HistorySource, type IntradayPolicy,
} from '../history/read-market-history.ts';

/** An option about price files, in the order of the command line: each belongs to the `--prices` before it. */
export interface SourceText {
  readonly option: 'prices' | 'factor' | 'date-column' | 'date-format' | 'intraday' | 'symbol-column' | 'value-column';
  readonly text: string;
}

/** Files of price histories with their factors. Throws `OptionInvalid`, `ScenarioInvalid` (a factor's name). */
export function historySources(texts: readonly SourceText[]): HistorySource[] {
  const sources: HistorySource[] = [];
  for (const { option, text } of texts) {
    if (option === 'prices') {
      sources.push({ path: text, factors: [] });
      continue;
    }
    const last = sources.pop();
    if (last === undefined) {
      throw new MargridError('OptionInvalid', `--${option} ${text} must follow the --prices that it is about`, { value: text });
    }
    sources.push({ ...last, ...settingOf(last, option, text) });
  }
  if (sources.length === 0) throw new MargridError('OptionInvalid', '--prices must name a history of prices');
  const bare = sources.find(({ factors }) => factors.length === 0);
  if (bare === undefined) return sources;
  const message = `${bare.path}: --factor must say what its columns are, as in --factor price:BTC=close`;
  throw new MargridError('OptionInvalid', message, { file: bare.path });
}

function settingOf({ factors }: HistorySource, option: SourceText['option'], text: string): Partial<HistorySource> {
  if (option === 'factor') return { factors: [...factors, parseFactorColumn(text)] };
  if (option === 'date-column') return { dateColumn: text };
  if (option === 'symbol-column') return { symbolColumn: text };
  if (option === 'value-column') return { valueColumn: text };
  if (option === 'date-format') return { dateFormat: requireChoice<DateFormat>(option, text, dateFormats) };
  return { intraday: requireChoice<IntradayPolicy>(option, text, intradayPolicies) };
}

function requireChoice<Name extends string>(option: string, text: string, names: readonly Name[]): Name {
  const known = names.find((name) => name === text);
  if (known !== undefined) return known;
  throw new MargridError('OptionInvalid', `--${option} must be one of ${names.join(', ')}, got '${text}'`, { value: text });
}
