import { isWithinZone, type ExceptionTests, type TestResult } from '../backtest/exception-tests.ts';
import type { Zone } from '../backtest/traffic-light.ts';
import { MargridError } from '../errors.ts';
import type { HistoryTexts, MoveTexts } from './history-sources.ts';
import { throwIfInterrupted } from './interruption.ts';
import type { PictureOptions } from './pictures.ts';
import type { Terminal } from './terminal.ts';

/** What both backtests need. */
export interface SharedBacktestOptions extends HistoryTexts, MoveTexts, PictureOptions {
  /** Comma-separated. */
  readonly level?: string;
  readonly paths?: number;
  readonly seed: number;
  readonly requireCoverage?: number;
  readonly requireZone?: Zone;
  readonly out?: string;
  readonly json?: boolean;
}

/** `0.975,0.99`. */
export function levelsOf(text: string): number[] {
  return text.split(',').map((part) => {
    const level = part.trim() === '' ? NaN : Number(part);
    if (level > 0.5 && level < 1) return level;
    throw new MargridError('OptionInvalid', `--level must be in (0.5, 1), got '${part}'`, { column: 'level', value: part });
  });
}

/** Shows progress, and stops where the user asked for it. */
export function progressOf(terminal: Terminal, label: string, signal: AbortSignal): {
  readonly onDay: (done: number, total: number) => void;
  readonly stop: () => void;
} {
  let bar: ReturnType<Terminal['progress']> | null = null;
  return {
    onDay: (done, total) => {
      throwIfInterrupted(signal);
      bar ??= terminal.progress(label, total);
      bar.update(done);
    },
    stop: () => bar?.stop(),
  };
}

/** What a check asks of one series of exceptions; null if it passes. */
export function checkFailure(
  name: string,
  coverage: number,
  { trafficLight }: ExceptionTests,
  { requireCoverage, requireZone }: SharedBacktestOptions,
): string | null {
  if (requireCoverage !== undefined && coverage < requireCoverage) {
    return `${name}: coverage ${coverage} is below ${requireCoverage}`;
  }
  if (requireZone === undefined || isWithinZone(trafficLight.zone, requireZone)) return null;
  return `${name}: the zone is ${trafficLight.zone}, not ${requireZone}`;
}

/** p-value as people read it; `-` where the test could not be made. */
export function pValueText(test: TestResult): string {
  if ('refused' in test) return '-';
  return test.pValue < 0.0001 ? '<0.0001' : test.pValue.toFixed(4);
}
