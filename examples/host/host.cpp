/*
** host.cpp - the program of host.c in C++
**
** usage: host script.lua picture.ppm
**
** Debian's Lua is compiled as C: it raises errors by longjmp, which leaves C++
** frames without calling destructors. So no frame that an error of Lua can
** cross has an object with a destructor. Three pieces make that easy:
**   protect      runs a lambda in which Lua may raise; an error leaves only
**                the lambda's frame, and becomes a C++ exception
**   answer       runs the C++ part of a function that Lua calls; an exception
**                becomes an error of Lua after all destructors have run
**   mview::lend  takes the memory back in its destructor, because revoke never
**                raises
** The program also works with a Lua compiled as C++, which would need less
** code.
*/
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <lua.hpp>

#include "mview.hpp"

namespace {

constexpr int width = 96, height = 64, frames = 3, pitch = 512;

/* ---- errors and exceptions -----------------------------------------------*/

/*
** Calls f, in which Lua may raise, and throws the error as an exception.
** Objects inside f must not need destructors; objects that f captures are
** outside.
*/
template <typename F> void protect(lua_State *L, F f) {
  auto call = [](lua_State *inner) -> int {
    (*static_cast<F *>(lua_touserdata(inner, 1)))();
    return 0;
  };
  lua_pushcfunction(L, call);
  lua_pushlightuserdata(L, &f);
  if (lua_pcall(L, 1, 0, 0) == LUA_OK)
    return;
  const char *text = lua_tostring(L, -1);
  std::string message = text != nullptr ? text : "no message";
  lua_pop(L, 1);
  throw std::runtime_error(message);
}

/* Calls f, which may throw but not raise, and raises its exception as an error
** of Lua. */
template <typename F> void answer(lua_State *L, F f) {
  char message[256] = "";
  try {
    f();
  } catch (const std::exception &e) {
    std::snprintf(message, sizeof message, "%s", e.what());
  }
  if (message[0] != '\0')
    luaL_error(L, "%s", message);
}

struct Close {
  void operator()(lua_State *L) const { lua_close(L); }
};

/* ---- the screen ----------------------------------------------------------*/

/* Bottom row first, rows padded, pixels of 4 bytes: r g b x. */
class Screen {
public:
  Screen() : bytes(static_cast<std::size_t>(height) * pitch) {}

  unsigned char *pixel(int y, int x) {
    return &bytes[static_cast<std::size_t>((height - 1 - y) * pitch + 4 * x)];
  }

  int lent = 0; /* the number of open loans */

private:
  std::vector<unsigned char> bytes;
};

void given_back(void *ud) { static_cast<Screen *>(ud)->lent--; }

/* Pushes a view of the pixels' colours: rows from the top, pixels, channels. */
void push_screen(mview::lend &loan, Screen &screen) {
  const ptrdiff_t shape[] = {height, width, 3}, strides[] = {-pitch, 4, 1};
  mview_buffer buf = {};
  buf.data = screen.pixel(0, 0);
  buf.ndim = 3;
  buf.shape = shape;
  buf.strides = strides;
  screen.lent++; /* given_back is called even if lending fails */
  loan.push(buf, given_back, &screen);
}

void write_picture(Screen &screen, const char *path) {
  std::ofstream file(path, std::ios::binary);
  file << "P6\n" << width << ' ' << height << "\n255\n";
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      file.write(reinterpret_cast<const char *>(screen.pixel(y, x)), 3);
  if (!file.flush())
    throw std::runtime_error(std::string("cannot write ") + path);
}

/* ---- functions for the script --------------------------------------------*/

/*
** mean(bytes): the mean of the bytes of any bytes-like. Calls that may raise
** come first (the borrow) and last, while there are no objects with a
** destructor.
*/
int mean(lua_State *L) {
  double result = 0;
  answer(L, [&] {
    mview::bytes bytes(L, 1);
    std::vector<double> values(bytes.begin(), bytes.end());
    if (values.empty())
      throw std::invalid_argument("mean of no bytes");
    for (double value : values)
      result += value / static_cast<double>(values.size());
  });
  lua_pushnumber(L, result);
  return 1;
}

/* ---- the program ---------------------------------------------------------*/

void push_function(lua_State *L, const char *name) {
  lua_getglobal(L, "script");
  lua_getfield(L, -1, name);
  lua_remove(L, -2);
}

void open(lua_State *L, const char *path) {
  protect(L, [&] {
    luaL_openlibs(L);
    luaL_requiref(L, "mview", luaopen_mview, 0);
    if (luaL_loadfile(L, path) != LUA_OK)
      lua_error(L);
    lua_call(L, 0, 1);
    lua_setglobal(L, "script");
  });
}

/* Calls script.draw(view, frame). */
void draw(lua_State *L, Screen &screen, int frame) {
  mview::lend loan(L); /* cannot raise: mview was opened */
  protect(L, [&] {
    push_function(L, "draw");
    push_screen(loan, screen);
    lua_pushinteger(L, frame);
    lua_call(L, 2, 0);
  });
}

/* Calls a function of the script, and shows its result or its error. */
void show(lua_State *L, const char *name) {
  std::string result;
  const char *text = nullptr;
  try {
    protect(L, [&] {
      push_function(L, name);
      lua_pushcfunction(L, mean);
      lua_call(L, 1, 1);
      text = luaL_tolstring(L, -1, nullptr);
      lua_setglobal(L, "result"); /* keeps the text alive */
    });
    result = text;
  } catch (const std::runtime_error &e) {
    result = e.what();
  }
  std::cout << name << ": " << result << '\n';
}

void run(const char *script, const char *picture) {
  Screen screen;
  std::unique_ptr<lua_State, Close> state(luaL_newstate());
  if (!state)
    throw std::bad_alloc();
  open(state.get(), script);
  for (int frame = 1; frame <= frames; frame++) {
    draw(state.get(), screen, frame);
    std::cout << "frame " << frame << ": drawn, " << screen.lent
              << " loans out\n";
  }
  for (const char *name : {"measure", "peek", "mistake"})
    show(state.get(), name);
  write_picture(screen, picture);
  std::cout << "written " << picture << '\n';
}

} // namespace

int main(int argc, char **argv) {
  if (argc != 3)
    return EXIT_FAILURE;
  try {
    run(argv[1], argv[2]);
  } catch (const std::exception &e) {
    std::cerr << e.what() << '\n';
    return EXIT_FAILURE;
  }
  return EXIT_SUCCESS;
}
