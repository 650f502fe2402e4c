/* AdamW (no bias correction, eps inside the root) on a quadratic with Rademacher noise of packed
   bits: `steps` iterations of a tile, all three statistics. REAL is double or float. */
#include <math.h>
#include <stdint.h>
void advance(long rows, long d, long steps, REAL *x, REAL *m, REAL *v, const uint64_t *bits,
             const REAL *a, const REAL *s, const REAL *hyper, double *out) {
  const REAL eta = hyper[0], theta = hyper[1], beta = hyper[2], eps = hyper[3], decay = 1 - hyper[4] * hyper[0];
  for (long k = 0; k < steps; k++)
    for (long r = 0; r < rows; r++) {
      REAL *restrict xr = x + r * d, *restrict mr = m + r * d, *restrict vr = v + r * d;
      const uint64_t *restrict w = bits + r * d;
      REAL norm = 0, weighted = 0, largest = 0;
      for (long i = 0; i < d; i++) {
        REAL G = a[i] * xr[i];
        REAL g = G + ((w[i] >> (k & 31)) & 1 ? s[i] : -s[i]);
        REAL mi = theta * mr[i] + (1 - theta) * g, vi = beta * vr[i] + (1 - beta) * g * g;
        REAL D = SQRT(vi + eps), ratio = FABS(mi) / SQRT(vi);
        norm += FABS(G); weighted += G * G / D; largest = ratio > largest ? ratio : largest;
        mr[i] = mi; vr[i] = vi; xr[i] = decay * xr[i] - eta * mi / D;
      }
      out[3 * r] += norm; out[3 * r + 1] += weighted;
      out[3 * r + 2] = largest > out[3 * r + 2] ? largest : out[3 * r + 2];
    }
}
