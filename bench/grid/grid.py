"""P&L of one portfolio of options in every scenario with NumPy and SciPy: the entrant `numpy-scipy` of `grid`.

    grid.py SCENARIOS INPUT OUTPUT

Reads columns of options and the moves of price and volatility once; answers every line on standard input with the
milliseconds that the whole work took; writes the P&L of the last pass when its input ends.
"""
import sys
import time

import numpy as np
from scipy.special import ndtr

# A block's temporaries stay in the level-2 cache.
CELLS_PER_BLOCK = 16_384


def work(options, moves):
    sign, inverse, size, forward, strike, volatility, years, rate, currency, quantity = options
    multiplier, factor = 1.0 + moves[0], 1.0 + moves[1]
    logarithm = np.log(multiplier)
    root = np.sqrt(years)
    is_inverse = inverse != 0
    amount = quantity * size * rate * np.where(is_inverse, 1.0 / forward, 1.0)
    moneyness = np.log(forward / strike)
    deviation = volatility * root
    d1 = moneyness / deviation + 0.5 * deviation
    now = amount * sign * (forward * ndtr(sign * d1) - strike * ndtr(sign * (d1 - deviation)))
    # The coin's own move against the division by the moved forward: both, one or neither.
    unit_power = (currency >= 0).astype(np.int64) - is_inverse
    pnl = np.full(len(multiplier), -now.sum())
    block = max(1, CELLS_PER_BLOCK // len(multiplier))
    for start in range(0, len(sign), block):
        at = slice(start, start + block)
        s, k, f = sign[at, None], strike[at, None], forward[at, None]
        v = deviation[at, None] * factor
        d1 = (moneyness[at, None] + logarithm) / v + 0.5 * v
        price = s * (f * multiplier * ndtr(s * d1) - k * ndtr(s * (d1 - v)))
        power = unit_power[at]
        if power.any():
            price = price * np.power(multiplier, power[:, None])
        pnl += amount[at] @ price
    return pnl


def main():
    scenario_count = int(sys.argv[1])
    raw = np.fromfile(sys.argv[2], dtype=np.float64)
    count = int(raw[:1].view(np.int64)[0])
    options = [raw[1 + index * count : 1 + (index + 1) * count] for index in range(10)]
    moves = raw[1 + 10 * count :].reshape(2, scenario_count)
    result = None
    for _line in sys.stdin:
        start = time.perf_counter()
        result = work(options, moves)
        print((time.perf_counter() - start) * 1e3, flush=True)
    if result is not None:
        result.tofile(sys.argv[3])


if __name__ == "__main__":
    main()
