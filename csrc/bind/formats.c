/*
** formats.c - formats by their text, parsed once
** Two tables in the registry map the text to the userdata that holds the parsed
** format: a strong table for simple formats, which are few, so their views need
** no anchor; and a weak table for all other formats.
*/
#include "formats.h"

#include "args.h"
#include "registry.h"

#include <string.h>

static const char compound_key;

/* Whether the format is kept for ever: a code with its byte order, in any
** spelling. */
static bool is_simple(const mv_format *format, size_t len) {
  return format->len <= 2 && len <= 3;
}

static void push_compound(lua_State *L) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, &compound_key);
}

/* Stack: [table] -> [its value for the string at idx]; without a value [table]
** -> [], and NULL is returned. */
static const mv_format *look_up(lua_State *L, int idx) {
  lua_pushvalue(L, idx);
  lua_rawget(L, -2);
  lua_remove(L, -2);
  if (lua_isnil(L, -1)) {
    lua_pop(L, 1);
    return NULL;
  }
  return lua_touserdata(L, -1);
}

#define LONGEST 40 /* format that is repeated in a hint */
#define SEE ", see 'Two format languages'"

#define COUNT_CHARS "0123456789"
#define TYPE_CHARS                                                             \
  COUNT_CHARS "_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

/*
** Pushes a hint for the word around s[at], behind its count, if it is the name
** of a type: for the u16 of "T{4u16:sizes:}". Returns whether there is a hint.
*/
static bool push_word_hint(lua_State *L, const char *s, size_t at) {
  const char *from = s + at, *to = from + strspn(from, TYPE_CHARS), *code;
  while (from > s && memchr(TYPE_CHARS, from[-1], sizeof TYPE_CHARS - 1))
    from--;
  from += strspn(from, COUNT_CHARS);
  code = from < to ? mv_word_format(from, (size_t)(to - from)) : NULL;
  if (code == NULL || (strchr("nN", *code) && strpbrk(s, "<>=!")))
    return false;
  lua_pushlstring(L, from, (size_t)(to - from));
  lua_pushfstring(L, "; '%s' is spelt '%s'", lua_tostring(L, -1), code);
  return true;
}

/* Pushes a hint for the spelling at the fault. */
static void push_spelling_hint(lua_State *L, const char *s,
                               const mv_fault *fault) {
  size_t at = fault->position - 1;
  bool array = strchr(s, '[') != NULL; /* as in C */
  if (fault->status == MV_ENAME && at > 0 && s[at - 1] == 'x')
    lua_pushliteral(L, "; padding 'x' has no name");
  else if (fault->status == MV_ENAME)
    lua_pushliteral(L, "; a name stands between colons behind its code, as in "
                       "'B:name:'");
  else if (!array && push_word_hint(L, s, at))
    return;
  else if (fault->status == MV_ECOUNT && (strstr(s, "i3") || strstr(s, "I3")))
    lua_pushliteral(L, "; an item of 24 bits stands alone, without a count and "
                       "outside records");
  else if (fault->status == MV_ECOUNT || array)
    lua_pushliteral(L, "; a count stands in front of its code, as in '3B'");
  else
    lua_pushliteral(L, "");
}

/*
** Pushes a hint for a malformed format: the right spelling of a format of
** string.pack; the code of a word; the spelling of names and counts. Pushes ""
** without a hint.
*/
static const char *push_hint(lua_State *L, const char *s, size_t len,
                             const mv_fault *fault) {
  char out[64];
  int order = len > 0 && (*s == '<' || *s == '>' || *s == '=');
  const char *code = mv_word_format(s + order, len - (size_t)order);
  if (code != NULL && order && *code != 'n' && *code != 'N')
    return lua_pushfstring(L, "; '%s' is spelt '%c%s'", s, *s, code);
  if (code != NULL && !order)
    return lua_pushfstring(L, "; '%s' is spelt '%s'", s, code);
  switch (len <= LONGEST ? mv_from_packformat(s, len, out, sizeof out)
                         : MV_NOTPACK) {
  case MV_TRANSLATED:
    return lua_pushfstring(L, "; string.pack's '%s' is '%s' here" SEE, s, out);
  case MV_UNTRANSLATABLE:
    return lua_pushfstring(L, "; string.pack's '%s' is for pack and unpack" SEE,
                           s);
  default:
    push_spelling_hint(L, s, fault);
    return lua_tostring(L, -1);
  }
}

/*
** Pushes the parsed format. Its user value 1 is a table for the names of its
** fields as Lua strings, by the field's number. construct.c uses the second.
*/
static const mv_format *parse(lua_State *L, int arg, int idx) {
  size_t len, size;
  const char *s = lua_tolstring(L, idx, &len);
  const mv_format *format = NULL;
  mv_fault fault;
  size = mv_format_measure(s, len, &fault);
  if (size > 0)
    format = mv_format_build(s, len, lua_newuserdatauv(L, size, 2), &fault);
  if (format == NULL) {
    char why[128];
    mv_explain(&fault, why, sizeof why);
    luaL_checkstack(L, 4, NULL);
    lmv_argerror(L, arg, "%s%s", why, push_hint(L, s, len, &fault));
  }
  if (format->item.kind == MV_RECORD) {
    lua_newtable(L);
    lua_setiuservalue(L, -2, 1);
  }
  return format;
}

/*
** Stack: [format] [table] -> [format]. Keeps the parsed format in the table. If
** a finalizer has kept another one there since it was looked up, that one
** replaces it, because views already use it.
*/
static const mv_format *keep_format(lua_State *L, int idx) {
  const mv_format *kept;
  lua_pushvalue(L, -1);
  kept = look_up(L, idx);
  if (kept != NULL) {
    lua_replace(L, -3);
    lua_pop(L, 1);
    return kept;
  }
  lua_pushvalue(L, idx);
  lua_pushvalue(L, -3);
  lua_rawset(L, -3);
  lua_pop(L, 1);
  return lua_touserdata(L, -1);
}

const mv_format *lmv_pushformat(lua_State *L, int arg, int idx, int *anchor) {
  const mv_format *format;
  *anchor = 0;
  lmv_pushformats(L);
  format = look_up(L, idx);
  if (format != NULL)
    return format;
  *anchor = lua_gettop(L) + 1;
  push_compound(L);
  format = look_up(L, idx);
  if (format != NULL)
    return format;
  format = parse(L, arg, idx);
  if (is_simple(format, lua_rawlen(L, idx))) {
    *anchor = 0;
    lmv_pushformats(L);
  } else {
    push_compound(L);
  }
  return keep_format(L, idx);
}

/* ---- plain numbers -------------------------------------------------------*/

#define PLAIN_FORMATS(X)                                                       \
  X(MV_U8, 'B', "B", uint8_t)                                                  \
  X(MV_I8, 'b', "b", int8_t)                                                   \
  X(MV_U16, 'H', "H", uint16_t)                                                \
  X(MV_I16, 'h', "h", int16_t)                                                 \
  X(MV_U32, 'I', "I", uint32_t)                                                \
  X(MV_I32, 'i', "i", int32_t)                                                 \
  X(MV_U64, 'Q', "Q", uint64_t)                                                \
  X(MV_I64, 'q', "q", int64_t)                                                 \
  X(MV_F32, 'f', "f", float)                                                   \
  X(MV_F64, 'd', "d", double)

static const mv_field plain_fields[] = {
#define X(number, code, string, type)                                          \
  [number] = {.count = 1,                                                      \
              .size = sizeof(type),                                            \
              .item = {sizeof(type), NULL, number, false},                     \
              .order = '@',                                                    \
              .text = string,                                                  \
              .textlen = 1},
    PLAIN_FORMATS(X)
#undef X
};

const mv_format lmv_plainformats[] = {
#define X(number, code, string, type)                                          \
  [number] = {string,                                                          \
              1,                                                               \
              {sizeof(type), NULL, number, false},                             \
              {&plain_fields[number], 1, 1, 1, sizeof(type), _Alignof(type),   \
               true, NULL, 0}},
    PLAIN_FORMATS(X)
#undef X
};

const mv_format *lmv_plainformat(char code) {
  switch (code) {
#define X(number, name, string, type)                                          \
  case name:                                                                   \
    return &lmv_plainformats[number];
    PLAIN_FORMATS(X)
#undef X
  default:
    return NULL;
  }
}

void lmv_open_formats(lua_State *L) { lmv_setcache(L, &compound_key); }
