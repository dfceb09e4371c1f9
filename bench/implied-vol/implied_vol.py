"""Implied volatilities with NumPy and SciPy, or QuantLib: entrants of the workload `implied-vol`.

    implied_vol.py SOLVER INPUT OUTPUT      SOLVER numpy or quantlib

Reads sign, forward, strike, time and price once; answers every line on standard input with the milliseconds that all
volatilities took; writes those of the last pass when its input ends.

NumPy: the price of the out-of-the-money option, Newton's method from the point of inflexion of the price, from where it
converges for every price (Manaster and Koehler 1982), all options of a block at once until none moves.
"""
import sys
import time

import numpy as np
from scipy.special import ndtr

# A block's temporaries stay in the level-2 cache.
OPTIONS_PER_BLOCK = 4_096
STEPS_MAX = 60
INVERSE_SQRT_2PI = 0.3989422804014327


def newton(sign, forward, strike, years, price):
    intrinsic = np.maximum(sign * (forward - strike), 0.0)
    target = price - intrinsic
    out_sign = np.where(forward < strike, 1.0, -1.0)
    moneyness = np.log(forward / strike)
    deviation = np.sqrt(2.0 * np.abs(moneyness))
    deviation = np.where(deviation < 1e-2, np.maximum(target / forward / 0.4, 1e-8), deviation)
    for _step in range(STEPS_MAX):
        d1 = moneyness / deviation + 0.5 * deviation
        value = out_sign * (forward * ndtr(out_sign * d1) - strike * ndtr(out_sign * (d1 - deviation)))
        vega = forward * INVERSE_SQRT_2PI * np.exp(-0.5 * d1 * d1)
        step = (value - target) / vega
        deviation = deviation - step
        # Convergence is quadratic: what is left after such a step is rounding.
        if np.all(np.abs(step) <= 1e-8 * deviation):
            break
    return deviation / np.sqrt(years)


def by_blocks(columns):
    count = len(columns[0])
    result = np.empty(count)
    for start in range(0, count, OPTIONS_PER_BLOCK):
        result[start : start + OPTIONS_PER_BLOCK] = newton(*(column[start : start + OPTIONS_PER_BLOCK] for column in columns))
    return result


def by_quantlib(columns):
    """One call per option. The accuracy is that of the standard deviation."""
    import QuantLib as quantlib

    implied = quantlib.blackFormulaImpliedStdDev
    call, put = quantlib.Option.Call, quantlib.Option.Put
    rows = zip(*(column.tolist() for column in columns))
    result = [
        implied(call if sign > 0 else put, strike, forward, price, 1.0, 0.0, quantlib.nullDouble(), 1e-12, 200) / years**0.5
        for sign, forward, strike, years, price in rows
    ]
    return np.array(result)


def main():
    solver, source, output = sys.argv[1:]
    raw = np.fromfile(source, dtype=np.float64)
    count = int(raw[:1].view(np.int64)[0])
    columns = [raw[1 + index * count : 1 + (index + 1) * count] for index in range(5)]
    solve = by_blocks if solver == "numpy" else by_quantlib
    result = None
    for _line in sys.stdin:
        start = time.perf_counter()
        result = solve(columns)
        print((time.perf_counter() - start) * 1e3, flush=True)
    if result is not None:
        result.tofile(output)


if __name__ == "__main__":
    main()
