/*
 * What all native entrants of the workload `revalue` share.
 *
 * PROGRAM INPUT OUTPUT: reads the columns, then for each line on standard input does the work once and prints the
 * milliseconds it took; at the end of its input it writes the worst losses to OUTPUT. So it can be timed in turn
 * with others.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include "columns.h"

enum { LINE_BYTES = 64 };

typedef struct {
  uint64_t account_count;
  uint64_t position_count;
  uint64_t instrument_count;
} Counts;

static void fail(const char *what) {
  fprintf(stderr, "revalue: %s\n", what);
  exit(1);
}

/* Columns are padded to whole 8 bytes. */
static void *read_column(FILE *file, size_t element_bytes, size_t count) {
  size_t bytes = (element_bytes * count + 7) / 8 * 8;
  void *column = aligned_alloc(LINE_BYTES, (bytes + LINE_BYTES - 1) / LINE_BYTES * LINE_BYTES);
  if (column == NULL) fail("out of memory");
  if (fread(column, 1, bytes, file) != bytes) fail("the input is too short");
  return column;
}

static double now_ms(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

int main(int argument_count, char **arguments) {
  if (argument_count != 3) fail("usage: revalue INPUT OUTPUT");
  FILE *input = fopen(arguments[1], "rb");
  if (input == NULL) fail("cannot open the input");
  Counts counts;
  if (fread(&counts, sizeof counts, 1, input) != 1) fail("the input is too short");
  Columns columns = {.account_count = counts.account_count};
  columns.first_position = read_column(input, 4, counts.account_count);
  columns.position_count = read_column(input, 4, counts.account_count);
  columns.position_row = read_column(input, 4, counts.position_count);
  columns.quantity = read_column(input, 8, counts.position_count);
  columns.risk_array = read_column(input, 8, counts.instrument_count * ROW_CELLS);
  fclose(input);
  double *worst = calloc(counts.account_count, 8);
  if (worst == NULL) fail("out of memory");

  for (int c = getchar(); c != EOF; c = getchar()) {
    if (c != '\n') continue;
    double start = now_ms();
    revalue(&columns, worst);
    printf("%.6f\n", now_ms() - start);
    fflush(stdout);
  }

  FILE *output = fopen(arguments[2], "wb");
  if (output == NULL) fail("cannot open the output");
  if (fwrite(worst, 8, counts.account_count, output) != counts.account_count) fail("cannot write the output");
  if (fclose(output) != 0) fail("cannot write the output");
  return 0;
}
