/*
** mview.hpp - mview.h for C++11 and newer
**
**   mview::bytes           the bytes of an argument, borrowed or peeked
**   mview::writable_bytes  the same, to be written
**   mview::lend            memory that is lent until the end of a scope
**
** The header has only inline calls of mview.h. A constructor that fails raises
** an error of Lua. If Lua is compiled as C, an error is a longjmp, which calls
** no destructors, so an error must not cross a frame that has objects with
** destructors. The classes of this header are safe with both kinds of Lua: an
** error ends the pin of bytes, and lend is constructed outside of the protected
** call (see the class).
*/
#ifndef MVIEW_HPP
#define MVIEW_HPP

#include <cstddef>
#include <exception>

#include "mview.h"

namespace mview {

/* Selects a peek: the bytes are used only until the next call of Lua. */
struct peeked_t {};
constexpr peeked_t peeked{};

/* ---- bytes ---------------------------------------------------------------*/

/*
** The bytes of the bytes-like at a stack index, as a contiguous range.
** Borrowed, it pushes a pin, and ends it in the destructor; the pin's value
** stays on the stack. Peeked, it pushes nothing, and is valid until the next
** call that can allocate or run Lua.
**
** The destructor does nothing if an exception is in flight that was thrown
** after the construction. Lua compiled as C++ throws its errors, and until they
** are caught the stack may be that of another function. The pin is then ended
** by the error, or by the return of the C function.
**
** Objects end in the reverse order of their construction, as scopes end them.
** Once a pin was popped and collected, a later pin can have its address. If the
** object of the popped pin ended first, it would end the later pin.
*/
template <typename Byte, int flags> class basic_bytes {
public:
  basic_bytes(lua_State *L, int idx)
      : L_(L), api_(mview_import(L)), thrown_(thrown()) {
    api_->borrow(L, idx, flags, &buf_);
    pin_ = lua_gettop(L);
    value_ = lua_topointer(L, pin_);
  }

  basic_bytes(lua_State *L, int idx, peeked_t)
      : L_(L), api_(mview_import(L)), thrown_(thrown()) {
    api_->peek(L, idx, flags, &buf_);
  }

  basic_bytes(const basic_bytes &) = delete;
  basic_bytes &operator=(const basic_bytes &) = delete;

  ~basic_bytes() {
    if (pin_ != 0 && thrown() <= thrown_)
      unborrow();
  }

  Byte *data() const { return static_cast<Byte *>(buf_.data); }
  std::size_t size() const { return buf_.nbytes; }
  bool empty() const { return buf_.nbytes == 0; }
  Byte *begin() const { return data(); }
  Byte *end() const { return data() + size(); }
  Byte &operator[](std::size_t i) const { return data()[i]; }

  /* The format, the shape and all other members. */
  const mview_buffer &buffer() const { return buf_; }

  /* Ends the pin now. Not to be called while an error is in flight. */
  void unborrow() {
    if (pin_ != 0 && lua_gettop(L_) >= pin_ &&
        lua_topointer(L_, pin_) == value_) /* else popped, and ended */
      api_->unborrow(L_, pin_);
    pin_ = 0;
  }

private:
  static int thrown() {
#if defined(__cpp_lib_uncaught_exceptions)
    return std::uncaught_exceptions();
#else
    return std::uncaught_exception() ? 1 : 0;
#endif
  }

  lua_State *L_;
  const mview_api *api_;
  mview_buffer buf_;
  int thrown_;
  int pin_ = 0;
  const void *value_ = nullptr;
};

using bytes = basic_bytes<const unsigned char, MVIEW_READ>;
using writable_bytes = basic_bytes<unsigned char, MVIEW_WRITE>;

/* ---- lend ----------------------------------------------------------------*/

/*
** Memory that is taken back when the scope ends. Construct it outside of the
** protected call in which its view is pushed and used, as inside an error of
** Lua may skip the destructor. It must not outlive the state.
*/
class lend {
public:
  explicit lend(lua_State *L) : L_(L), api_(mview_import(L)) {}
  lend(const lend &) = delete;
  lend &operator=(const lend &) = delete;
  ~lend() { revoke(); }

  /* Pushes a view of the memory, as lend of mview_api. Memory that was lent
  ** before is taken back. */
  void push(const mview_buffer &buf, mview_done done = nullptr,
            void *ud = nullptr) {
    revoke();
    loan_ = api_->lend(L_, &buf, done, ud);
  }

  /* Pushes a view of n bytes. */
  void push(void *data, std::size_t n) {
    mview_buffer buf = {};
    buf.data = data;
    buf.nbytes = n;
    push(buf);
  }

  /* Takes the memory back now; returns the number of pins that are left. */
  int revoke() noexcept {
    mview_loan loan = loan_;
    loan_ = 0;
    return loan != 0 ? api_->revoke(L_, loan) : 0;
  }

private:
  lua_State *L_;
  const mview_api *api_;
  mview_loan loan_ = 0;
};

} // namespace mview

#endif
