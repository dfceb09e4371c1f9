/* The columns that every native entrant of the workload `revalue` reads. Compiled for one row length, ROW_CELLS. */
#ifndef COLUMNS_H
#define COLUMNS_H
#include <stddef.h>
#include <stdint.h>

/* A position's entry is its instrument row above four flag bits. */
enum { FLAG_BITS = 4 };

typedef struct {
  uint64_t account_count;
  const uint32_t *first_position;
  const uint32_t *position_count;
  const uint32_t *position_row;
  const double *quantity;
  /* ROW_CELLS doubles per instrument; columns start on cache lines. */
  const double *risk_array;
} Columns;

/* The work: the worst loss of every account, max(0, -min over scenarios of the sum of quantity x cell). */
void revalue(const Columns *columns, double *worst);

#endif
