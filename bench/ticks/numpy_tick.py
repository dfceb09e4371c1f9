"""A whole tick of deribit-pm with NumPy and SciPy, and with prices by QuantLib: entrants of the workloads tick-*.

    numpy_tick.py PRICER SETS BOOK TICK MARGINS

PRICER  numpy: Black-76 vectorised over options and scenarios (scipy.special.ndtr)
        quantlib: QuantLib's blackFormula, once per instrument and scenario
        positions: the same, once per position and scenario
SETS    margins the first so many netting sets

Reads the book once and builds the sparse matrices from it (not timed); for each line `tick` reads the inputs of a tick
(not timed), does the work and prints its milliseconds; for each line `margins` writes equity, initial and maintenance
margin and status, and prints a line. The files are those of bench/ticks/external.ts.

The work: P&L of every instrument in every scenario; P&L of blocks of (netting set, risk group) as CSR times dense, with
the futures of a group as one amount times the row of the group; worst case, roll and delta shocks, equity, status.
"""
import sys
import time

import numpy as np
import scipy.sparse as sparse
from scipy.special import ndtr

CALL, PUT = 2, 3
LINEAR, FLAG_BITS = 1, 4
MULTIPLIER, INVERSE, UP, DOWN, WEIGHT, CLASS, DAMPENER = 0, 1, 3, 4, 5, 6, 7
DELTA_TO_SETTLEMENT, USD_TO_SETTLEMENT, THRESHOLD, SLOPE, SHOCK_MAX = 0, 1, 2, 3, 4
# As fast as any: the block's P&L stays in the level-2 cache.
ROWS_PER_BLOCK = 2_048
OPTIONS_PER_BLOCK = 256


class Columns:
    """Columns one after another, each padded to whole 8 bytes."""

    def __init__(self, path):
        self.raw = np.fromfile(path, dtype=np.uint8)
        self.at = 0

    def take(self, dtype, count):
        size = np.dtype(dtype).itemsize * count
        column = self.raw[self.at : self.at + size].view(dtype)
        self.at += (size + 7) // 8 * 8
        return column


class Book:
    def __init__(self, path, wanted):
        columns = Columns(path)
        sets, positions, instruments, self.expiries, self.groups, self.scenarios, self.cells = (
            int(n) for n in columns.take(np.int64, 7)
        )
        self.instruments = instruments
        self.shape, self.group, self.expiry = (columns.take(np.int32, instruments) for _ in range(3))
        self.strike, self.size = (columns.take(np.float64, instruments) for _ in range(2))
        self.inverse = columns.take(np.int32, self.groups) != 0
        first = columns.take(np.uint32, sets + 1).astype(np.int64)
        entry = columns.take(np.uint32, positions)
        quantity = columns.take(np.float64, positions)
        self.cash, self.entry_value, self.add_on = (columns.take(np.float64, sets)[:wanted] for _ in range(3))
        self.sets = wanted
        held = int(first[wanted])
        self.entry, self.quantity = entry[:held], quantity[:held]
        self.is_option = (self.shape == CALL) | (self.shape == PUT)
        self.sign = np.where(self.shape == CALL, 1.0, -1.0)
        self.build(np.repeat(np.arange(wanted), np.diff(first[: wanted + 1])))

    def build(self, set_of):
        """Rows of the matrices: (netting set, risk group), and (netting set, risk group, expiry)."""
        row = (self.entry >> FLAG_BITS).astype(np.int64)
        self.row = row
        linear = (self.entry & LINEAR) != 0
        group = self.group[row]
        segment_key = set_of * self.groups + group
        keys, segment = np.unique(segment_key, return_inverse=True)
        self.segments = len(keys)
        self.segment = segment
        self.segment_set = keys // self.groups
        self.segment_group = keys % self.groups
        bucket_key = segment.astype(np.int64) * self.expiries + self.expiry[row]
        bucket_keys, bucket = np.unique(bucket_key, return_inverse=True)
        self.bucket_expiry = bucket_keys % self.expiries
        self.bucket_segment = bucket_keys // self.expiries
        shape = (self.segments, self.instruments)
        self.linear = matrix(self.quantity, segment, row, linear, shape)
        self.options = matrix(self.quantity, segment, row, ~linear, shape)
        self.all = matrix(self.quantity, segment, row, np.ones(len(row), dtype=bool), shape)
        self.longs = matrix(self.quantity, segment, row, ~linear & (self.quantity > 0), shape)
        self.by_expiry = matrix(self.quantity, bucket, row, np.ones(len(row), dtype=bool), (len(bucket_keys), self.instruments))
        # Blocks of rows are cut once: slicing a sparse matrix copies it.
        self.blocks = [
            (start, min(start + ROWS_PER_BLOCK, self.segments), self.options[start : start + ROWS_PER_BLOCK])
            for start in range(0, self.segments, ROWS_PER_BLOCK)
        ]


def matrix(quantity, rows, columns, wanted, shape):
    cells = (quantity[wanted], (rows[wanted].astype(np.int32), columns[wanted].astype(np.int32)))
    return sparse.csr_matrix(cells, shape=shape)


class Tick:
    def __init__(self, book, path):
        columns = Columns(path)
        self.forward, self.volatility = (columns.take(np.float64, book.instruments) for _ in range(2))
        self.root_time, self.up, self.down, self.roll = (columns.take(np.float64, book.expiries) for _ in range(4))
        self.index, self.floor = (columns.take(np.float64, book.groups) for _ in range(2))
        grid = columns.take(np.float64, book.groups * 8 * book.cells).reshape(book.groups, 8, book.cells)
        self.grid = grid[:, :, : book.scenarios]
        masks = self.grid.view(np.int64)
        self.is_up, self.is_down = masks[:, UP] != 0, masks[:, DOWN] != 0
        self.scalars = columns.take(np.float64, book.groups * 8).reshape(book.groups, 8)
        self.maintenance_factor = columns.take(np.float64, 4)[0]


def black(sign, forward, strike, deviation):
    d1 = np.log(forward / strike) / deviation + 0.5 * deviation
    return sign * (forward * ndtr(sign * d1) - strike * ndtr(sign * (d1 - deviation)))


def deviations(book, tick, at):
    """Of the options `at`: now, shocked up and down."""
    sigma, e = tick.volatility[at], book.expiry[at]
    root = tick.root_time[e]
    up = np.maximum(sigma * tick.up[e], tick.floor[book.group[at]]) * root
    return sigma * root, up, sigma * tick.down[e] * root


def option_prices_numpy(book, tick, at, shocked, deviation):
    return black(book.sign[at][:, None], shocked, book.strike[at][:, None], deviation)


def option_prices_quantlib(book, tick, at, shocked, deviation):
    """One call per option and scenario."""
    kinds = [quantlib.Option.Call if sign > 0 else quantlib.Option.Put for sign in book.sign[at].tolist()]
    formula = quantlib.blackFormula
    prices = [
        [formula(kind, strike, forward, root) for forward, root in zip(forwards, roots)]
        for kind, strike, forwards, roots in zip(kinds, book.strike[at].tolist(), shocked.tolist(), deviation.tolist())
    ]
    return np.array(prices)


def price(book, tick, option_prices, instruments):
    """Cells, values, deltas and class amounts of one contract of each of `instruments`."""
    pnl = np.empty((len(instruments), book.scenarios))
    value, delta, amount = (np.zeros(len(instruments)) for _ in range(3))
    is_option = book.is_option[instruments]
    places = np.flatnonzero(is_option)
    for start in range(0, len(places), OPTIONS_PER_BLOCK):
        place = places[start : start + OPTIONS_PER_BLOCK]
        at = instruments[place]
        group, inverse, size = book.group[at], book.inverse[book.group[at]], book.size[at]
        grid = tick.grid[group]
        now, up, down = deviations(book, tick, at)
        forward, sign, strike = tick.forward[at], book.sign[at], book.strike[at]
        deviation = np.where(tick.is_up[group], up[:, None], np.where(tick.is_down[group], down[:, None], now[:, None]))
        shocked = forward[:, None] * grid[:, MULTIPLIER]
        prices = option_prices(book, tick, at, shocked, deviation)
        today = option_prices(book, tick, at, forward[:, None], now[:, None])[:, 0]
        d1 = np.log(forward / strike) / now + 0.5 * now
        by_forward = sign * ndtr(sign * d1)
        own = np.where(inverse, today / forward, today)
        unit = np.where(inverse[:, None], grid[:, INVERSE] / forward[:, None], 1.0)
        pnl[place] = size[:, None] * (prices * unit - own[:, None]) * grid[:, WEIGHT]
        value[place] = size * own
        delta[place] = size * np.where(inverse, by_forward - own, by_forward)
    place = np.flatnonzero(~is_option)
    at = instruments[place]
    inverse = book.inverse[book.group[at]]
    amount[place] = np.where(inverse, book.size[at] / tick.forward[at], book.size[at] * tick.forward[at])
    pnl[place] = 0.0
    value[place] = np.where(inverse, -amount[place], amount[place])
    delta[place] = np.where(inverse, amount[place], book.size[at])
    return pnl, value, delta, amount


def delta_shocks(tick, group, longs, rest):
    index, scalars = tick.index[group], tick.scalars[group]
    total = longs + rest
    delta = np.where(rest < 0, np.minimum(np.maximum(rest, total), 0.0), np.maximum(np.minimum(rest, total), 0.0))
    size = np.abs(delta)
    excess = np.maximum(size * index - scalars[:, THRESHOLD], 0.0)
    shock = np.minimum(excess * size * scalars[:, SLOPE], scalars[:, SHOCK_MAX] * size * index)
    return np.where(np.abs(rest) * index > scalars[:, THRESHOLD], shock, 0.0)


def round_nine(values):
    return np.floor(np.abs(values) * 1e9 + 0.5) / 1e9 * np.sign(values)


def worst_cases(book, tick, pnl, amounts):
    """Per segment: max(0, -min over scenarios of the dampened P&L)."""
    worst = np.empty(book.segments)
    for start, end, options in book.blocks:
        group = book.segment_group[start:end]
        cells = options @ pnl
        cells += amounts[start:end, None] * tick.grid[group, CLASS] + tick.grid[group, DAMPENER]
        worst[start:end] = cells.min(axis=1)
    return round_nine(np.maximum(-worst, 0.0))


def worst_cases_by_position(book, tick, option_prices, amounts):
    """The same with every position valued on its own in every scenario."""
    pnl, _value, _delta, _amount = price(book, tick, option_prices, book.row)
    cells = np.zeros((book.segments, book.scenarios))
    np.add.at(cells, book.segment, pnl * book.quantity[:, None])
    group = book.segment_group
    cells += amounts[:, None] * tick.grid[group, CLASS] + tick.grid[group, DAMPENER]
    return round_nine(np.maximum(-cells.min(axis=1), 0.0))


def margins(book, tick, option_prices, by_position):
    if by_position:
        held = np.unique(book.row)
        pnl = None
        value, delta, amount = (np.zeros(book.instruments) for _ in range(3))
        _cells, value[held], delta[held], amount[held] = price(book, tick, option_prices, held)
    else:
        pnl, value, delta, amount = price(book, tick, option_prices, np.arange(book.instruments))
    group = book.segment_group
    amounts = book.linear @ amount
    if by_position:
        worst = worst_cases_by_position(book, tick, option_prices, amounts)
    else:
        worst = worst_cases(book, tick, pnl, amounts)
    longs = book.longs @ delta
    rest = book.all @ delta - longs
    shock = delta_shocks(tick, group, longs, rest) * tick.scalars[group, USD_TO_SETTLEMENT]
    by_expiry = np.abs(book.by_expiry @ delta) * tick.roll[book.bucket_expiry]
    roll = np.bincount(book.bucket_segment, by_expiry, book.segments) * tick.scalars[group, DELTA_TO_SETTLEMENT]
    of_set = lambda column: np.bincount(book.segment_set, column, book.sets)
    matrix_margin = of_set(worst + roll + shock)
    equity = book.cash + book.entry_value + of_set(book.all @ value)
    maintenance = tick.maintenance_factor * matrix_margin
    initial = round_nine(matrix_margin + book.add_on)
    status = np.where(equity < initial, 1, 0)
    status = np.where((equity < 0) | ((maintenance > 0) & (equity <= maintenance)), 2, status).astype(np.uint8)
    bad = ~np.isfinite(equity) | ~np.isfinite(initial)
    for column in (equity, initial, maintenance):
        column[bad] = np.nan
    status[bad] = 3
    return equity, initial, maintenance, status


def main():
    pricer, sets, book_path, tick_path, output = sys.argv[1:]
    by_position = pricer == "positions"
    option_prices = option_prices_numpy
    if pricer != "numpy":
        global quantlib
        import QuantLib as quantlib

        option_prices = option_prices_quantlib
    book = Book(book_path, int(sets))
    print("ready", flush=True)
    result = None
    for line in sys.stdin:
        if line.startswith("tick"):
            tick = Tick(book, tick_path)
            start = time.perf_counter()
            with np.errstate(divide="ignore", invalid="ignore"):
                result = margins(book, tick, option_prices, by_position)
            print((time.perf_counter() - start) * 1e3, flush=True)
        else:
            with open(output, "wb") as file:
                for column in result:
                    file.write(column.tobytes())
            print("written", flush=True)


if __name__ == "__main__":
    main()
