"""Sobol points by scipy, as SHA-256 over little-endian doubles, point after point: expected values of
test/montecarlo/sobol.test.ts. Direction numbers beyond scipy's own table are not used. Run: python3 sobol.py"""
import hashlib

from scipy.stats import qmc

for dimensions, first, count in ((1024, 0, 512), (40, 123456, 1000)):
    engine = qmc.Sobol(d=dimensions, scramble=False, bits=32)
    if first:
        engine.fast_forward(first)
    points = engine.random(count)
    print(dimensions, first, count, hashlib.sha256(points.astype('<f8').tobytes()).hexdigest())
