import type { LiquidationLadder } from '../liquidation-ladder.ts';
import type { CascadeResult } from '../result.ts';
import { axisTicks, shortNumber, type Drawing, type Shape } from './drawing.ts';

const [width, height] = [860, 640];
const ink = '#222222';
const grid = '#dddddd';
const blue = '#1f5fa8';
const orange = '#d9822b';
const red = '#b3261e';

/** A part of the picture with its own axes. */
interface Panel {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly title: string;
}

/** Values on the vertical axis → pixels. */
type Scale = (value: number) => number;

/** The price after each round, what each round closed, and the liquidation ladder below, if there is one. */
export function cascadeDrawing(result: CascadeResult, ladder: LiquidationLadder | null): Drawing {
  const { lead } = result;
  const half = ladder === null ? 250 : 220;
  const upper = { left: 80, top: 60, width: 760, height: half, title: `${lead.underlying} price after each round` };
  const middle = { ...upper, top: upper.top + half + 50, height: half / 2, title: 'closed in the round, US dollars' };
  const lower = { ...upper, top: middle.top + middle.height + 60, height: 100, title: '' };
  return {
    width,
    height,
    shapes: [
      { kind: 'text', x: 20, y: 28, text: headline(result), align: 'left', color: ink },
      ...pricePanel(upper, result),
      ...notionalPanel(middle, result),
      ...(ladder === null ? [] : ladderPanel({ ...lower, title: ladderTitle(ladder) }, ladder)),
    ],
  };
}

function headline(
  { lead, amplification, liquidatedAccounts, notional, deficit, rounds, converged }: CascadeResult,
): string {
  const percent = (fraction: number): string => `${(fraction * 100).toFixed(2)}%`;
  const total = `${lead.underlying} shock ${percent(lead.shock)}, total ${percent(lead.final / lead.initial - 1)}`;
  const amplified = amplification === null ? '' : ` (x ${amplification.toFixed(3)})`;
  const end = converged ? '' : ', cut off';
  return `${total}${amplified}: ${liquidatedAccounts} accounts, ${shortNumber(notional)} closed, ` +
    `${shortNumber(deficit)} deficit, ${rounds.length} rounds${end}`;
}

function ladderTitle({ levels }: LiquidationLadder): string {
  const fragile = levels.filter(({ gain }) => gain >= 1).length;
  return `liquidation ladder, US dollars per level (red: gain of 1 or more, ${fragile} of ${levels.length - 1})`;
}

function frame(
  { left, top, width: wide, height: high, title }: Panel,
  ticks: readonly number[],
  scale: Scale,
  unit: (value: number) => string,
): Shape[] {
  return [
    { kind: 'text', x: left, y: top - 8, text: title, align: 'left', color: ink },
    ...ticks.flatMap((tick): Shape[] => [
      { kind: 'line', points: [[left, scale(tick)], [left + wide, scale(tick)]], color: grid, thickness: 1 },
      { kind: 'text', x: left - 6, y: scale(tick) + 4, text: unit(tick), align: 'right', color: ink },
    ]),
    { kind: 'line', points: [[left, top], [left, top + high], [left + wide, top + high]], color: ink, thickness: 1 },
  ];
}

function scaleOf({ top, height: high }: Panel, low: number, top_: number): Scale {
  const span = top_ > low ? top_ - low : 1;
  return (value) => top + high - ((value - low) / span) * high;
}

/** Labels of rounds: about twelve of them. */
function roundLabels({ left, top, height: high }: Panel, names: readonly string[], step: number): Shape[] {
  const every = Math.ceil(names.length / 12);
  return names.flatMap((text, index): Shape[] =>
    index % every === 0 ? [
      { kind: 'text', x: left + (index + 0.5) * step, y: top + high + 16, text, align: 'middle', color: ink },
    ] : [],
  );
}

function pricePanel(panel: Panel, { lead, rounds }: CascadeResult): Shape[] {
  const names = ['start', 'shock', ...rounds.map(({ round }) => String(round))];
  let last = lead.shocked;
  const after = rounds.map(
    ({ prices }) => (last = prices.find(({ underlying }) => underlying === lead.underlying)?.after ?? last),
  );
  const prices = [lead.initial, lead.shocked, ...after];
  const [low, high] = [Math.min(...prices), Math.max(...prices)];
  const margin = (high - low || high) * 0.05;
  const scale = scaleOf(panel, low - margin, high + margin);
  const step = panel.width / names.length;
  const points = prices.map((price, index) => [panel.left + (index + 0.5) * step, scale(price)] as const);
  return [
    ...frame(panel, axisTicks(low - margin, high + margin, 5), scale, shortNumber),
    { kind: 'line', points, color: blue, thickness: 2 },
    ...points.map(([x, y]): Shape => ({ kind: 'rectangle', x: x - 3, y: y - 3, width: 6, height: 6, color: blue })),
    ...roundLabels(panel, names, step),
  ];
}

function notionalPanel(panel: Panel, { rounds }: CascadeResult): Shape[] {
  const names = ['start', 'shock', ...rounds.map(({ round }) => String(round))];
  const values = [0, 0, ...rounds.map(({ notional }) => notional)];
  return [...bars(panel, values, () => orange), ...roundLabels(panel, names, panel.width / names.length)];
}

function ladderPanel(panel: Panel, { levels }: LiquidationLadder): Shape[] {
  const names = levels.map(({ move }) => `${Number((move * 100).toFixed(2))}%`);
  const color = (index: number): string => (levels[index].gain >= 1 ? red : blue);
  return [
    ...bars(panel, levels.map(({ notional }) => notional), color),
    ...roundLabels(panel, names, panel.width / names.length),
  ];
}

function bars(panel: Panel, values: readonly number[], color: (index: number) => string): Shape[] {
  const high = Math.max(...values, 0) || 1;
  const scale = scaleOf(panel, 0, high * 1.05);
  const step = panel.width / values.length;
  const bottom = panel.top + panel.height;
  return [
    ...frame(panel, axisTicks(0, high * 1.05, 3), scale, shortNumber),
    ...values.flatMap((value, index): Shape[] => {
      if (value === 0) return [];
      const y = scale(value);
      return [{
        kind: 'rectangle',
        x: panel.left + (index + 0.15) * step,
        y,
        width: step * 0.7,
        height: bottom - y,
        color: color(index),
      }];
    }),
  ];
}
