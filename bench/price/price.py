"""P&L of options in every scenario with NumPy and SciPy: the entrant `numpy-scipy` of the workload `price`.

    price.py SCENARIOS EXPIRIES INVERSE INPUT OUTPUT

Reads columns of options, expiries and scenarios once; answers every line on standard input with the milliseconds that
the whole work took; writes cells, values and deltas of the last pass when its input ends.
"""
import sys
import time

import numpy as np
from scipy.special import ndtr

# A block's temporaries stay in the level-2 cache.
OPTIONS_PER_BLOCK = 64


def work(options, expiries, scenarios, floor, inverse):
    sign, expiry, strike, size, forward, volatility = (column[:, None] for column in options)
    root, up, down = (column[expiry[:, 0].astype(np.int64)][:, None] for column in expiries)
    multiplier, over, logarithm, weight, kind = scenarios
    count = len(sign)
    cells = np.empty((count, len(multiplier)))
    values, deltas = np.empty((count, 1)), np.empty((count, 1))
    for start in range(0, count, OPTIONS_PER_BLOCK):
        at = slice(start, start + OPTIONS_PER_BLOCK)
        s, k, f = sign[at], strike[at], forward[at]
        now = volatility[at] * root[at]
        raised = np.maximum(volatility[at] * up[at], floor) * root[at]
        lowered = volatility[at] * down[at] * root[at]
        moneyness = np.log(f / k)
        unit = 1.0 / f if inverse else np.ones_like(f)
        d1 = moneyness / now + 0.5 * now
        delta = ndtr(s * d1)
        value = s * (f * delta - k * ndtr(s * (d1 - now))) * unit
        deviation = np.where(kind == 1.0, raised, np.where(kind == 2.0, lowered, now))
        moved = f * multiplier
        d1 = (moneyness + logarithm) / deviation + 0.5 * deviation
        price = s * (moved * ndtr(s * d1) - k * ndtr(s * (d1 - deviation)))
        paid = price * (unit * over if inverse else 1.0)
        cells[at] = size[at] * (paid - value) * weight
        values[at] = size[at] * value
        deltas[at] = size[at] * (s * delta - value if inverse else s * delta)
    return np.concatenate([cells.ravel(), values.ravel(), deltas.ravel()])


def main():
    scenario_count, expiry_count, inverse = (int(word) for word in sys.argv[1:4])
    raw = np.fromfile(sys.argv[4], dtype=np.float64)
    count = int(raw[:1].view(np.int64)[0])
    at = 1

    def take(columns, length):
        nonlocal at
        taken = [raw[at + index * length : at + (index + 1) * length] for index in range(columns)]
        at += columns * length
        return taken

    options, expiries, scenarios, floor = take(6, count), take(3, expiry_count), take(5, scenario_count), take(1, 1)[0][0]
    result = None
    for _line in sys.stdin:
        start = time.perf_counter()
        result = work(options, expiries, scenarios, floor, inverse != 0)
        print((time.perf_counter() - start) * 1e3, flush=True)
    if result is not None:
        result.tofile(sys.argv[5])


if __name__ == "__main__":
    main()
