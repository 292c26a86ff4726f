/*
** patterns.c - a cache of compiled patterns by their text
** A weak table in the registry maps the text to the userdata that holds the
** pattern. So a pattern in a loop is read once for each cycle of the collector,
** and patterns that are not used any more are collected.
*/
#include "patterns.h"

#include "registry.h"

static const char patterns_key;

static mv_pattern *read_pattern(lua_State *L, int idx) {
  size_t len, size;
  const char *text = lua_tolstring(L, idx, &len);
  mv_pattern *pat;
  size = mv_pattern_size(len);
  if (size == 0)
    luaL_error(L, "pattern too long");
  pat = lua_newuserdatauv(L, size, 0);
  mv_pattern_read(pat, (const unsigned char *)text, len);
  return pat;
}

mv_pattern *lmv_pushpattern(lua_State *L, int idx) {
  mv_pattern *pat;
  lua_rawgetp(L, LUA_REGISTRYINDEX, &patterns_key);
  lua_pushvalue(L, idx);
  lua_rawget(L, -2);
  pat = lua_touserdata(L, -1);
  if (pat == NULL) {
    lua_pop(L, 1);
    pat = read_pattern(L, idx);
    lua_pushvalue(L, idx);
    lua_pushvalue(L, -2);
    lua_rawset(L, -4);
  } else {
    mv_pattern_renew(pat);
  }
  return pat;
}

void lmv_open_patterns(lua_State *L) { lmv_setcache(L, &patterns_key); }
