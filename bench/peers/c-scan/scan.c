/*
 * The floor of an exact scan beside the suite `retrieval`: rows of 64 bytes, one VNNI instruction each, the ids of the filter at
 * hand, the best 30 scored again in full. One thread, one query at a time. Commands and answers as filtered_search.py beside it.
 */
#include <float.h>
#include <immintrin.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifndef __AVX512VNNI__
#error "this processor has no AVX-512 VNNI"
#endif

enum { DIMENSIONS = 64, K = 10, CANDIDATES = 30, LINE = 4096 };

typedef struct { float *values; int rows; } Matrix;

static int count;
static Matrix vectors, queries[2];
static uint8_t *bytes;
static uint64_t *filters[2];
static float scale;

static void fail(const char *what) { fprintf(stderr, "%s\n", what); exit(1); }

static void *read_all(const char *folder, const char *name, size_t *size) {
  char path[LINE];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *file = fopen(path, "rb");
  if (!file) fail(path);
  fseek(file, 0, SEEK_END);
  *size = (size_t)ftell(file);
  rewind(file);
  void *data = aligned_alloc(64, (*size + 63) / 64 * 64);
  if (!data || fread(data, 1, *size, file) != *size) fail(path);
  fclose(file);
  return data;
}

static Matrix read_matrix(const char *folder, const char *name) {
  size_t size;
  float *values = read_all(folder, name, &size);
  return (Matrix){values, (int)(size / sizeof(float) / DIMENSIONS)};
}

static double micros_of(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return now.tv_sec * 1e6 + now.tv_nsec / 1e3;
}

static void quantise(void) {
  size_t size = (size_t)count * DIMENSIONS;
  float most = 0;
  for (size_t at = 0; at < size; at++) most = fmaxf(most, fabsf(vectors.values[at]));
  scale = 127 / most;
  bytes = aligned_alloc(64, size);
  for (size_t at = 0; at < size; at++) bytes[at] = (uint8_t)(128 + lrintf(vectors.values[at] * scale));
}

/* Ids of both bitmaps of a query; all of them without filters. */
static int list_ids(const uint64_t *pair, int words, int32_t *ids) {
  int listed = 0;
  for (int word = 0; word < words; word++)
    for (uint64_t bits = pair[word] & pair[words + word]; bits; bits &= bits - 1)
      ids[listed++] = word * 64 + __builtin_ctzll(bits);
  return listed;
}

/* Rows are offset by 128, which adds the same to every row of a query: the order stays. */
static int scan(const float *query, const int32_t *ids, int listed, int32_t *best) {
  int8_t narrow[DIMENSIONS] __attribute__((aligned(64)));
  float most = FLT_MIN;
  for (int axis = 0; axis < DIMENSIONS; axis++) most = fmaxf(most, fabsf(query[axis]));
  for (int axis = 0; axis < DIMENSIONS; axis++) narrow[axis] = (int8_t)lrintf(query[axis] * 127 / most);
  __m512i wide = _mm512_load_si512(narrow);
  int32_t scores[CANDIDATES], rows[CANDIDATES];
  int held = 0;
  for (int at = 0; at < listed; at++) {
    if (at + 16 < listed) _mm_prefetch((const char *)(bytes + (size_t)ids[at + 16] * DIMENSIONS), _MM_HINT_T0);
    __m512i row = _mm512_load_si512(bytes + (size_t)ids[at] * DIMENSIONS);
    int32_t score = _mm512_reduce_add_epi32(_mm512_dpbusd_epi32(_mm512_setzero_si512(), row, wide));
    if (held == CANDIDATES && score <= scores[CANDIDATES - 1]) continue;
    int place = held < CANDIDATES ? held++ : CANDIDATES - 1;
    for (; place > 0 && scores[place - 1] < score; place--) {
      scores[place] = scores[place - 1];
      rows[place] = rows[place - 1];
    }
    scores[place] = score;
    rows[place] = ids[at];
  }
  float exact[K];
  int found = 0;
  for (int at = 0; at < held; at++) {
    const float *vector = vectors.values + (size_t)rows[at] * DIMENSIONS;
    float score = 0;
    for (int axis = 0; axis < DIMENSIONS; axis++) score += vector[axis] * query[axis];
    if (found == K && score <= exact[K - 1]) continue;
    int place = found < K ? found++ : K - 1;
    for (; place > 0 && exact[place - 1] < score; place--) {
      exact[place] = exact[place - 1];
      best[place] = best[place - 1];
    }
    exact[place] = score;
    best[place] = rows[at];
  }
  return found;
}

static void ask(int purpose, int asked) {
  int words = (count + 63) / 64;
  int32_t *ids = malloc(sizeof(int32_t) * count);
  double *micros = malloc(sizeof(double) * asked);
  double before = micros_of(CLOCK_THREAD_CPUTIME_ID);
  printf("{\"found\":[");
  for (int at = 0; at < asked; at++) {
    int32_t best[K];
    int listed = list_ids(filters[purpose] + (size_t)at * 2 * words, words, ids);
    double started = micros_of(CLOCK_MONOTONIC);
    int found = scan(queries[purpose].values + (size_t)at * DIMENSIONS, ids, listed, best);
    micros[at] = micros_of(CLOCK_MONOTONIC) - started;
    printf(at ? ",[" : "[");
    for (int rank = 0; rank < found; rank++) printf(rank ? ",%d" : "%d", best[rank]);
    printf("]");
  }
  double spent = micros_of(CLOCK_THREAD_CPUTIME_ID) - before;
  printf("],\"micros\":[");
  for (int at = 0; at < asked; at++) printf(at ? ",%.3f" : "%.3f", micros[at]);
  printf("],\"cpuMs\":%.3f}\n", spent / 1e3);
  free(ids);
  free(micros);
}

int main(int argc, char **argv) {
  if (argc != 5 || atoi(argv[4]) != DIMENSIONS) fail("usage: scan SET_FOLDER CACHE_FOLDER COUNT 64");
  count = atoi(argv[3]);
  vectors = read_matrix(argv[1], "vectors.f32");
  queries[0] = read_matrix(argv[1], "tuning.f32");
  queries[1] = read_matrix(argv[1], "reporting.f32");
  char line[LINE];
  while (fgets(line, sizeof line, stdin)) {
    line[strcspn(line, "\n")] = 0;
    char *command = strtok(line, "\t");
    if (!strcmp(command, "build")) {
      quantise();
      printf("{\"version\":\"%s\",\"buildCpuMs\":{},\"variants\":[[\"ids\",[0]]]}\n", __VERSION__);
    } else if (!strcmp(command, "point")) {
      char *folder = strtok(NULL, "\t");
      size_t size;
      for (int purpose = 0; purpose < 2; purpose++) {
        free(filters[purpose]);
        filters[purpose] = read_all(folder, purpose ? "reporting.bits" : "tuning.bits", &size);
      }
      printf("{}\n");
    } else if (!strcmp(command, "ask")) {
      int purpose = strcmp(strtok(NULL, "\t"), "tuning") ? 1 : 0;
      strtok(NULL, "\t");
      strtok(NULL, "\t");
      ask(purpose, atoi(strtok(NULL, "\t")));
    } else {
      fail("unknown command");
    }
    fflush(stdout);
  }
  return 0;
}
