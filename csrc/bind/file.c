/*
** file.c - readfrom writeto, and the input of appendfrom
** All calls of Lua (arguments, the method that returns a descriptor, the buffer
** of a strided view) come first. Then the memory is resolved and the file handle
** checked, and from then on no function of Lua is called (channel.c).
*/
#include "file.h"

#include "args.h"
#include "channel.h"
#include "descriptor.h"
#include "mv.h"
#include "view.h"

#include <errno.h>
#include <string.h>

static int64_t check_offset(lua_State *L, int arg) {
  lua_Integer offset;
  if (lua_isnoneornil(L, arg))
    return -1;
  offset = lmv_checkinteger(L, arg);
  if (offset < 0)
    lmv_argerror(L, arg, "negative offset %I", (LUAI_UACINT)offset);
  return offset;
}

static bool would_block(int err) { return err == EAGAIN || err == EWOULDBLOCK; }

int lmv_pushtransfer(lua_State *L, size_t n, int err) {
  if (err != 0 && !(would_block(err) && n > 0))
    return lmv_oserror(L, err, NULL);
  lua_pushinteger(L, (lua_Integer)n);
  return 1;
}

lmv_input lmv_checkinput(lua_State *L, size_t most) {
  lmv_input in = {luaL_testudata(L, 2, LUA_FILEHANDLE), -1, NULL, 0};
  if (in.stream != NULL)
    return in;
  in.fd = lmv_checkdescriptor(L, 2);
  if (most > 0 && lmv_isluasocket(L, 2)) {
    lmv_takereceived(L, 2, most);
    in.buffered = lua_tolstring(L, 2, &in.nbuffered);
  }
  return in;
}

lmv_reading lmv_readinput(lua_State *L, lmv_input *in, unsigned char *p,
                          size_t n) {
  lmv_channel c = {.fd = in->fd, .at = -1, .home = -1};
  lmv_reading result = {0, 0, false};
  if (in->nbuffered > 0) {
    result.n = n < in->nbuffered ? n : in->nbuffered;
    result.partial = true;
    memcpy(p, in->buffered, result.n);
    in->buffered += result.n;
    in->nbuffered -= result.n;
    return result;
  }
  if (in->stream != NULL)
    c.file = lmv_openhandle(L, 2, in->stream);
  result.n = lmv_channel_move(&c, p, n);
  result.err = c.err;
  result.partial = c.once;
  return result;
}

static int transfer(lua_State *L, bool out) {
  lmv_view *v = lmv_checkview(L, 1);
  unsigned char *base, *buffer = NULL;
  mv_layout lay;
  lmv_channel c = {.fd = -1, .home = -1, .out = out};
  lmv_input file;
  size_t n, done;
  c.at = check_offset(L, 3);
  lmv_layout(v, &lay);
  n = (size_t)mv_layout_nbytes(&lay);
  if (!out)
    lmv_checkwritable(L, v); /* before bytes are taken from a receive buffer */
  file = lmv_checkinput(L, out || c.at >= 0 ? 0 : n);
  c.fd = file.fd;
  if (!mv_layout_contiguous(&lay, 'C'))
    buffer = lua_newuserdatauv(L, n < LMV_PIECE ? n : LMV_PIECE, 0);
  base = out ? lmv_base(L, v) : lmv_writable(L, v);
  if (file.stream != NULL)
    c.file = lmv_openhandle(L, 2, file.stream);
  if (lmv_channel_appends(&c))
    lmv_argerror(L, 3, "offset in a file that was opened to append");
  if (file.nbuffered > 0) {
    mv_write(base, &lay, 0, file.nbuffered, (const void *)file.buffered);
    return lmv_pushtransfer(L, file.nbuffered, 0);
  }
  done = buffer != NULL ? lmv_channel_movelayout(&c, base, &lay, buffer)
                        : lmv_channel_move(&c, base + lay.offset, n);
  return lmv_pushtransfer(L, c.unsure && c.err != 0 ? 0 : done, c.err);
}

/*
** v:readfrom(file | fd | object [, offset]): fills the view's bytes, in C
** order, from a file handle, a descriptor, an object with a method fileno, or
** one of LuaSocket. Reads from byte offset of the file on, counted from 0; by
** default from the file's current position. Returns the number of bytes, 0 at
** the end of the file; or nil, message, errno. The number is less than that of
** the view at the end of the file, for pipes, sockets and terminals, and if
** more would block.
*/
LMV_TOUCHES(view_readfrom) { return transfer(L, false); }

/*
** v:writeto(file | fd | object [, offset]): writes the view's bytes to a file
** in the same way. Returns their number, which is less than that of the view
** only if more would block.
*/
LMV_TOUCHES(view_writeto) { return transfer(L, true); }

const luaL_Reg lmv_file_methods[] = {
    {"readfrom", view_readfrom}, {"writeto", view_writeto}, {NULL, NULL}};
