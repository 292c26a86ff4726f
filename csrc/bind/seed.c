/*
** seed.c - a random number of the process, from random data of the system
** Linux gives each program some random bytes. Windows gives the time of the
** start of the process, in units of 100 ns. All systems place programs and
** libraries at random addresses. The number is not stored, so threads cannot
** race.
*/
#include "seed.h"

#include <stdlib.h>
#include <string.h>

#if defined(__linux__)

#include <sys/auxv.h>

static uint64_t random_bits(void) {
  uint64_t bytes = 0;
  const void *p = (const void *)getauxval(AT_RANDOM);
  if (p != NULL)
    memcpy(&bytes, p, sizeof bytes);
  return bytes;
}

#elif defined(_WIN32)

#include <windows.h>

static uint64_t random_bits(void) {
  FILETIME made = {0}, end, kernel, user;
  GetProcessTimes(GetCurrentProcess(), &made, &end, &kernel, &user);
  return ((uint64_t)made.dwHighDateTime << 32 | made.dwLowDateTime) ^
         (uint64_t)GetCurrentProcessId() << 40;
}

#else

static uint64_t random_bits(void) {
  static const char here = 0;
  void *(*library)(size_t) = malloc;
  uint64_t there = 0;
  memcpy(&there, &library,
         sizeof there < sizeof library ? sizeof there : sizeof library);
  return (uint64_t)(uintptr_t)&here ^ there << 20;
}

#endif

uint64_t lmv_seed(void) {
  return random_bits() * UINT64_C(0x9e3779b97f4a7c15); /* odd: keeps all bits */
}
