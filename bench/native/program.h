/*
 * What the programs of single workloads share: PROGRAM INPUT OUTPUT reads its columns once; for each line on standard
 * input does the work and prints the milliseconds that it took; at the end of its input writes the results of the last
 * pass to OUTPUT.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { LINE_BYTES = 64 };

static void fail(const char *what) {
  fprintf(stderr, "%s\n", what);
  exit(1);
}

/* Whole cache lines, and one more: vectors may read past the end. All zero. */
static void *allocate(size_t bytes) {
  size_t whole = (bytes + 2 * LINE_BYTES - 1) / LINE_BYTES * LINE_BYTES;
  void *column = aligned_alloc(LINE_BYTES, whole);
  if (column == NULL) fail("out of memory");
  memset(column, 0, whole);
  return column;
}

static void *read_column(FILE *file, size_t count) {
  void *column = allocate(count * 8);
  if (fread(column, 8, count, file) != count) fail("the input is too short");
  return column;
}

/* Rounded up to whole groups. */
static inline int64_t padded(int64_t count, int64_t group) { return (count + group - 1) / group * group; }

/* Floats in groups; what is left of the last group repeats the last element, so that it takes no path of its own. */
static double *read_padded(FILE *file, int64_t count, int64_t group) {
  double *column = allocate(padded(count, group) * 8);
  if (fread(column, 8, count, file) != (size_t)count) fail("the input is too short");
  for (int64_t i = count; i < padded(count, group); i++) column[i] = column[count - 1];
  return column;
}

static double now_ms(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

/* `results` is called once, after the last pass. */
static int run_program(
    int argument_count, char **arguments, void (*read_input)(FILE *), void (*work)(void), void (*results)(FILE *)) {
  if (argument_count != 3) fail("usage: PROGRAM INPUT OUTPUT");
  FILE *input = fopen(arguments[1], "rb");
  if (input == NULL) fail("cannot open the input");
  read_input(input);
  fclose(input);
  for (int c = getchar(); c != EOF; c = getchar()) {
    if (c != '\n') continue;
    double start = now_ms();
    work();
    printf("%.6f\n", now_ms() - start);
    fflush(stdout);
  }
  FILE *output = fopen(arguments[2], "wb");
  if (output == NULL) fail("cannot open the output");
  results(output);
  if (fclose(output) != 0) fail("cannot write the output");
  return 0;
}

static void write_floats(FILE *file, const double *column, int64_t count) {
  if (fwrite(column, 8, count, file) != (size_t)count) fail("cannot write the output");
}
