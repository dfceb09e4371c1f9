/*
 * The workload `revalue` in plain C: the same columns, the same order of operations, loops left to the compiler.
 *
 * Compiled for one scenario count and row length (SCENARIO_COUNT, ROW_CELLS), so that the compiler knows the trip
 * count of the inner loop and can keep the cells in registers: the best case for compiled code.
 */
#include "columns.h"

static void work(
    uint64_t account_count, const uint32_t *restrict first_position, const uint32_t *restrict position_count,
    const uint32_t *restrict position_row, const double *restrict quantity, const double *restrict risk_array,
    double *restrict worst) {
  for (uint64_t account = 0; account < account_count; account++) {
    double cells[SCENARIO_COUNT];
    for (int s = 0; s < SCENARIO_COUNT; s++) cells[s] = 0;
    uint32_t first = first_position[account];
    uint32_t end = first + position_count[account];
    for (uint32_t p = first; p < end; p++) {
      const double *row = risk_array + (size_t)(position_row[p] >> FLAG_BITS) * ROW_CELLS;
      double held = quantity[p];
      for (int s = 0; s < SCENARIO_COUNT; s++) cells[s] = cells[s] + held * row[s];
    }
    double minimum = cells[0];
    for (int s = 1; s < SCENARIO_COUNT; s++) minimum = cells[s] < minimum ? cells[s] : minimum;
    worst[account] = minimum < 0 ? -minimum : 0;
  }
}

void revalue(const Columns *columns, double *worst) {
  work(
      columns->account_count, columns->first_position, columns->position_count, columns->position_row,
      columns->quantity, columns->risk_array, worst);
}
