"""Oracle of test/risk/parametric: nearest correlations, t multipliers, distributions of quadratic forms by direct
integration over one variable (mpmath, 45 digits; no characteristic function). Writes
test/risk/parametric/parametric-risk.json: python3 test/golden/oracle/parametric_risk.py
"""
import json
from pathlib import Path

import numpy as np
from mpmath import mp, mpf, nstr, npdf, ncdf, quad, sqrt, inf, erfc

mp.dps = 45


def cdf(z):
    return erfc(-z / sqrt(mpf(2))) / 2


def one(c, l, x):
    """P(c z + l z^2/2 <= x)."""
    if l == 0:
        return cdf(x / abs(c)) if c else mpf(x >= 0)
    d = c * c + 2 * l * x
    if d <= 0:
        return mpf(0) if l > 0 else mpf(1)
    a, b = sorted([(-c - sqrt(d)) / l, (-c + sqrt(d)) / l])
    inside = cdf(b) - cdf(a) if a < 0 < b else abs(cdf(-abs(a)) - cdf(-abs(b)))
    return inside if l > 0 else cdf(a) + cdf(-b)


def kinks(c, l, k, m, x):
    """z at which the remaining form loses its roots."""
    points = []
    least = -k * k / (2 * m) if m else None
    if least is not None and l:
        d = c * c + 2 * l * (x - least)
        if d > 0:
            points = [(-c - sqrt(d)) / l, (-c + sqrt(d)) / l]
    elif least is not None and c:
        points = [(x - least) / c]
    return sorted(p for p in points if -40 < p < 40)


def two(c, l, k, m, x):
    """P(c y + l y^2/2 + k z + m z^2/2 <= x), y and z independent."""
    grid = sorted([mpf(v) for v in (-40, -20, -12, -8, -5, -3, -1.5, 0, 1.5, 3, 5, 8, 12, 20, 40)] + kinks(c, l, k, m, x))
    return quad(lambda y: npdf(y) * one(k, m, x - c * y - l * y * y / 2), grid)


forms = [  # c, l, k, m, points
    (1, 0.3, 0.5, -0.8, [-8, -3, -0.5, 0.4, 2, 6]),
    (0, 1, 0, -1, [-20, -2, -1e-6, 0.3, 4]),
    (2, 0, 0.3, -1, [-15, -5, -1, 2, 5]),
    (0.2, 0.7, -0.4, 0.9, [-0.1, 0.05, 0.5, 3, 12]),
    (5, 0.1, -3, -0.05, [-60, -15, -2, 9, 30]),
    (1, 1e-3, 1, -1e-6, [-9, -1.3, 4]),
    (0.01, -2, 3, 0.5, [-40, -6, 0, 7, 30]),
]
tails = []
for c, l, k, m, points in forms:
    form = [mpf(v) for v in (c, l, k, m)]
    for x in points:
        lower = two(*form, mpf(x))
        upper = two(*[-v for v in form], -mpf(x))
        tails.append([c, l, k, m, x, nstr(lower, 17), nstr(upper, 17)])


def higham(a, floor=0.0):
    y, ds = a.copy(), np.zeros_like(a)
    for _ in range(200000):
        r = y - ds
        w, v = np.linalg.eigh(r)
        x = (v * np.maximum(w, floor)) @ v.T
        ds = x - r
        new = x.copy()
        np.fill_diagonal(new, 1)
        if np.abs(new - y).max() < 1e-14:
            return new
        y = new
    return y


repairs = []
for a in ([[1, 1, 0], [1, 1, 1], [0, 1, 1]],
          [[1, 0.9, 0.7, -0.5], [0.9, 1, 0.3, 0.6], [0.7, 0.3, 1, -0.9], [-0.5, 0.6, -0.9, 1]]):
    m = np.array(a, dtype=float)
    near = higham(m)
    repairs.append({'matrix': a, 'nearest': near.tolist(), 'distance': float(np.linalg.norm(near - m))})
target = Path(__file__).parents[2] / 'risk' / 'parametric' / 'parametric-risk.json'
rows = ',\n'.join(json.dumps(row) for row in tails)
target.write_text('{\n"source": "test/golden/oracle/parametric_risk.py",\n"tails": [\n' + rows + '\n],\n"repairs": '
                  + json.dumps(repairs) + '\n}\n')
print(rows)
print(json.dumps(repairs))
