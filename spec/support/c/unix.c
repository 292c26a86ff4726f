/*
** unix.c - functions of POSIX that Lua lacks and the specs need
** Descriptors, forked children, and signals that interrupt system calls. On
** Windows there are only descriptors. A system call that fails raises an error.
*/
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* NOLINT(bugprone-reserved-identifier) */
#endif
#define _FILE_OFFSET_BITS 64 /* NOLINT(bugprone-reserved-identifier) */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#if defined(_WIN32)
#include <io.h>
#include <windows.h>
#include <winioctl.h>
#define O_CLOEXEC (_O_NOINHERIT | _O_BINARY)
#define pipe(fds) _pipe(fds, 1 << 16, _O_BINARY)
#else
#include <setjmp.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#endif

#include <lauxlib.h>
#include <lua.h>

static int check(lua_State *L, long result, const char *call) {
  if (result < 0)
    luaL_error(L, "%s: %s", call, strerror(errno));
  return (int)result;
}

static int check_fd(lua_State *L, int arg) {
  return (int)luaL_checkinteger(L, arg);
}

/* ---- descriptors ---------------------------------------------------------*/

/* open(path, "r" | "w" | "r+" | "a"): a descriptor. */
static int unix_open(lua_State *L) {
  static const char *const modes[] = {"r", "w", "r+", "a", NULL};
  static const int flags[] = {O_RDONLY, O_WRONLY | O_CREAT | O_TRUNC, O_RDWR,
                              O_WRONLY | O_APPEND};
  const char *path = luaL_checkstring(L, 1);
  int mode = flags[luaL_checkoption(L, 2, "r", modes)];
  lua_pushinteger(L, check(L, open(path, mode | O_CLOEXEC, 0600), "open"));
  return 1;
}

/* close(fd, ...) */
static int unix_close(lua_State *L) {
  for (int i = 1; i <= lua_gettop(L); i++)
    check(L, close(check_fd(L, i)), "close");
  return 0;
}

static int push_pair(lua_State *L, const int *fds) {
  lua_pushinteger(L, fds[0]);
  lua_pushinteger(L, fds[1]);
  return 2;
}

/* pipe(): the end to read from, the end to write to. */
static int unix_pipe(lua_State *L) {
  int fds[2];
  check(L, pipe(fds), "pipe");
  return push_pair(L, fds);
}

#if !defined(_WIN32)

/* socketpair("stream" | "dgram"): two connected sockets. */
static int unix_socketpair(lua_State *L) {
  static const char *const names[] = {"stream", "dgram", NULL};
  static const int types[] = {SOCK_STREAM, SOCK_DGRAM};
  int type = types[luaL_checkoption(L, 1, "stream", names)], fds[2];
  check(L, socketpair(AF_UNIX, type, 0, fds), "socketpair");
  return push_pair(L, fds);
}

/* nonblock(fd): calls that would block fail with EAGAIN from now on. */
static int unix_nonblock(lua_State *L) {
  check(L, fcntl(check_fd(L, 1), F_SETFL, O_NONBLOCK), "fcntl");
  return 0;
}

#else

/* remove(path): removes a file, whose path is in UTF-8; returns whether it
** existed. */
static int unix_remove(lua_State *L) {
  WCHAR path[MAX_PATH];
  MultiByteToWideChar(CP_UTF8, 0, luaL_checkstring(L, 1), -1, path, MAX_PATH);
  lua_pushboolean(L, DeleteFileW(path));
  return 1;
}

#endif

/* read(fd, n): a string of at most n bytes, read by a single call. */
static int unix_read(lua_State *L) {
  luaL_Buffer b;
  size_t n = (size_t)luaL_checkinteger(L, 2);
  char *p = luaL_buffinitsize(L, &b, n);
  luaL_pushresultsize(&b, (size_t)check(L, read(check_fd(L, 1), p, n), "read"));
  return 1;
}

/* write(fd, s) */
static int unix_write(lua_State *L) {
  size_t n;
  const char *s = luaL_checklstring(L, 2, &n);
  lua_pushinteger(L, check(L, write(check_fd(L, 1), s, n), "write"));
  return 1;
}

/* tell(fd): the position of the descriptor in its file. */
static int unix_tell(lua_State *L) {
  lua_pushinteger(L,
                  check(L, (long)lseek(check_fd(L, 1), 0, SEEK_CUR), "lseek"));
  return 1;
}

#if defined(_WIN32)

/* On Windows a file must be marked as sparse to have holes. */
static int set_size(const char *path, lua_Integer n) {
  HANDLE file =
      CreateFileA(path, GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
                  OPEN_EXISTING, 0, NULL);
  FILE_END_OF_FILE_INFO info;
  DWORD size;
  BOOL done;
  info.EndOfFile.QuadPart = n;
  DeviceIoControl(file, FSCTL_SET_SPARSE, NULL, 0, NULL, 0, &size, NULL);
  done =
      SetFileInformationByHandle(file, FileEndOfFileInfo, &info, sizeof info);
  CloseHandle(file);
  errno = EINVAL;
  return done ? 0 : -1;
}

#else

static int set_size(const char *path, lua_Integer n) {
  return truncate(path, (off_t)n);
}

#endif

/* truncate(path, n): makes a file n bytes long, by a hole if it was shorter. */
static int unix_truncate(lua_State *L) {
  const char *path = luaL_checkstring(L, 1);
  check(L, set_size(path, luaL_checkinteger(L, 2)), "truncate");
  return 0;
}

#if !defined(_WIN32)

/* ---- processes -----------------------------------------------------------*/

/*
** fork(f): the id of a child that calls f and ends with status 0, or 1 if f
** raised an error or returned false. The child ends by running another program,
** so a checker cannot report its memory as leaked.
*/
static int unix_fork(lua_State *L) {
  luaL_checktype(L, 1, LUA_TFUNCTION);
  lua_settop(L, 1);
  pid_t pid = fork();
  if (pid == 0) {
    int failed = lua_pcall(L, 0, 1, 0) != LUA_OK ||
                 (lua_isboolean(L, -1) && !lua_toboolean(L, -1));
    if (failed)
      fprintf(stderr, "child: %s\n", luaL_tolstring(L, -1, NULL));
    execlp(failed ? "false" : "true", "child", (char *)NULL);
    _exit(2);
  }
  lua_pushinteger(L, check(L, pid, "fork"));
  return 1;
}

/* wait(pid): the status the child ended with; 128 + number for a signal. */
static int unix_wait(lua_State *L) {
  int status;
  check(L, waitpid((pid_t)luaL_checkinteger(L, 1), &status, 0), "waitpid");
  lua_pushinteger(L, WIFSIGNALED(status) ? 128 + WTERMSIG(status)
                                         : WEXITSTATUS(status));
  return 1;
}

/* alarm(n): ends the process by a signal in n seconds, unless it has ended. */
static int unix_alarm(lua_State *L) {
  (void)signal(SIGALRM, SIG_DFL);
  alarm((unsigned)luaL_checkinteger(L, 1));
  return 0;
}

/* setuid(id): whether the process could become that user. */
static int unix_setuid(lua_State *L) {
  lua_pushboolean(L, setuid((uid_t)luaL_checkinteger(L, 1)) == 0);
  return 1;
}

/* ---- signals -------------------------------------------------------------*/

#define PATIENCE                                                               \
  20 /* signals that only interrupt, before one does the work                  \
      */

static volatile sig_atomic_t signals;
static volatile sig_atomic_t in = -1, out = -1;
static volatile sig_atomic_t moved;
static char bytes[1 << 20];
static size_t nbytes;

/* Sends one signal soon; with 0, sends no signal. */
static int set_timer(int microseconds) {
  struct itimerval once = {{0, 0}, {0, microseconds}};
  return setitimer(ITIMER_REAL, &once, NULL);
}

/* The signal handler. It interrupts; after some signals it also moves bytes,
** and leaves a slow machine enough time for the next call. */
static void on_signal(int signal) {
  int saved = errno;
  ssize_t k = 0;
  (void)signal;
  if (++signals >= PATIENCE && out >= 0) {
    k = write(out, bytes, nbytes);
    out = -1;
  } else if (signals >= PATIENCE && in >= 0) {
    k = read(in, bytes + moved, sizeof bytes - (size_t)moved);
  }
  if (k > 0)
    moved += (sig_atomic_t)k;
  set_timer(signals < PATIENCE ? 1000 : 10000);
  errno = saved;
}

static void start_signals(lua_State *L) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = on_signal; /* without SA_RESTART */
  signals = moved = 0;
  check(L, sigaction(SIGALRM, &action, NULL), "sigaction");
  check(L, set_timer(1000), "setitimer");
}

/*
** feed(fd, s): from now on signals interrupt calls; one signal writes s to fd.
*/
static int unix_feed(lua_State *L) {
  const char *s = luaL_checklstring(L, 2, &nbytes);
  luaL_argcheck(L, nbytes <= sizeof bytes, 2, "too long");
  memcpy(bytes, s, nbytes);
  in = -1;
  out = check_fd(L, 1);
  start_signals(L);
  return 0;
}

/* drain(fd): from now on signals interrupt calls, and read from fd
** (non-blocking). */
static int unix_drain(lua_State *L) {
  out = -1;
  in = check_fd(L, 1);
  start_signals(L);
  return 0;
}

/* calm(): ends the signals. Returns their number, and the drained bytes. */
static int unix_calm(lua_State *L) {
  set_timer(0);
  lua_pushinteger(L, signals);
  lua_pushlstring(L, bytes, in >= 0 ? (size_t)moved : 0);
  return 2;
}

/* ignore_sigpipe(): makes writes to a pipe without a reader fail. */
static int unix_ignore_sigpipe(lua_State *L) {
  (void)L;
  (void)signal(SIGPIPE, SIG_IGN);
  return 0;
}

/* ---- bus errors ----------------------------------------------------------*/

static sigjmp_buf recovery;
static struct sigaction earlier; /* the handler in front of which is pass_bus */

static void recover(int number, siginfo_t *info, void *context) {
  (void)number, (void)info, (void)context;
  siglongjmp(recovery, 1);
}

static void pass(int number, siginfo_t *info, void *context) {
  earlier.sa_sigaction(number, info, context);
}

static void handle_bus(lua_State *L,
                       void (*handler)(int, siginfo_t *, void *)) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_sigaction = handler;
  action.sa_flags = SA_SIGINFO;
  check(L, sigaction(SIGBUS, &action, &earlier), "sigaction");
}

/* recover_bus(): handles bus errors by a jump. */
static int unix_recover_bus(lua_State *L) {
  handle_bus(L, recover);
  return 0;
}

/* ignore_bus(): ignores bus errors that are sent. */
static int unix_ignore_bus(lua_State *L) {
  (void)L;
  (void)signal(SIGBUS, SIG_IGN);
  return 0;
}

/* pass_bus(): passes bus errors to the present handler. */
static int unix_pass_bus(lua_State *L) {
  handle_bus(L, pass);
  return 0;
}

/* bus_error(): reads a mapped page behind the end of a file. Returns whether
** the handler of recover_bus was called. */
static int unix_bus_error(lua_State *L) {
  FILE *empty = tmpfile();
  size_t size = (size_t)sysconf(_SC_PAGESIZE);
  volatile char *page =
      mmap(NULL, size, PROT_READ, MAP_SHARED, fileno(empty), 0);
  int recovered = sigsetjmp(recovery, 1);
  if (!recovered)
    (void)page[0];
  munmap((void *)page, size);
  fclose(empty);
  lua_pushboolean(L, recovered);
  return 1;
}

#endif

/* ---- the system ----------------------------------------------------------*/

/* fileno(file): the descriptor of a file handle. */
static int unix_fileno(lua_State *L) {
  luaL_Stream *stream = luaL_checkudata(L, 1, LUA_FILEHANDLE);
  lua_pushinteger(L, fileno(stream->f));
  return 1;
}

/* message(errno): the system's message. */
static int unix_message(lua_State *L) {
  lua_pushstring(L, strerror((int)luaL_checkinteger(L, 1)));
  return 1;
}

/* granularity(): the best alignment of a map in its file. */
static lua_Integer page_size(void) {
#if defined(_WIN32)
  SYSTEM_INFO info;
  GetSystemInfo(&info);
  return info.dwAllocationGranularity;
#else
  return sysconf(_SC_PAGESIZE);
#endif
}

/* Sets the numbers of errors, by name, in the table on top of the stack. */
static void set_errors(lua_State *L) {
  static const struct {
    const char *name;
    int number;
  } errors[] = {{"EACCES", EACCES}, {"EAGAIN", EAGAIN}, {"EBADF", EBADF},
                {"EBUSY", EBUSY},   {"EILSEQ", EILSEQ}, {"EFBIG", EFBIG},
                {"EINVAL", EINVAL}, {"EISDIR", EISDIR}, {"ENODEV", ENODEV},
                {"ENOMEM", ENOMEM}, {"ENOSPC", ENOSPC}, {"ENOTSUP", ENOTSUP},
                {"EPIPE", EPIPE},   {"ESPIPE", ESPIPE}};
  for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
    lua_pushinteger(L, errors[i].number);
    lua_setfield(L, -2, errors[i].name);
  }
}

int luaopen_unix(lua_State *L) {
  static const luaL_Reg functions[] = {
    {"open", unix_open},
    {"close", unix_close},
    {"pipe", unix_pipe},
    {"read", unix_read},
    {"write", unix_write},
    {"tell", unix_tell},
    {"truncate", unix_truncate},
    {"message", unix_message},
    {"fileno", unix_fileno},
#if defined(_WIN32)
    {"remove", unix_remove},
#else
    {"socketpair", unix_socketpair},
    {"nonblock", unix_nonblock},
    {"fork", unix_fork},
    {"wait", unix_wait},
    {"alarm", unix_alarm},
    {"setuid", unix_setuid},
    {"feed", unix_feed},
    {"drain", unix_drain},
    {"calm", unix_calm},
    {"ignore_sigpipe", unix_ignore_sigpipe},
    {"recover_bus", unix_recover_bus},
    {"ignore_bus", unix_ignore_bus},
    {"pass_bus", unix_pass_bus},
    {"bus_error", unix_bus_error},
#endif
    {NULL, NULL}
  };
  luaL_newlib(L, functions);
  set_errors(L);
  lua_pushinteger(L, page_size());
  lua_setfield(L, -2, "pagesize");
  return 1;
}
