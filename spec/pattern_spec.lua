-- find, match and gmatch: those of the string library, on the bytes of views.

local mview = require "mview"
local patterns = require "patterns"
local raises = require "raises"

local rounds = tonumber(os.getenv "MVIEW_ROUNDS") or 3000

-- A map of the bytes s.
local function map_of(s)
  local map = mview.map(nil, "r+", 0, #s)
  map:copyfrom(s)
  return map
end

-- Views of the bytes s in every layout; and containers, which are searched as
-- they are.
local function views(s)
  local list = {
    mview(s),
    mview.bytearray(s),
    mview.bytearray(s):view(),
    mview("##" .. s .. "##"):sub(3, -3),
    mview((s:gsub(".", "%0#"))):sub(1, -1, 2),
    mview(s:reverse()):sub(-1, 1, -1),
  }
  if #s > 0 then
    list[#list + 1] = mview(s, "B", {1, #s})
    list[#list + 1] = map_of(s)
  end
  if #s % 2 == 0 then list[#list + 1] = mview(s, ">h") end
  return list
end

local function compare(s, pattern, init)
  for _, v in ipairs(views(s)) do patterns.compare(s, v, pattern, init) end
end

local LOG = ("2024-05-01 12:00:00 INFO  started user=alice id=7\n"):rep(7)
  .. "2024-05-01 12:00:09 ERROR disk full, timeout 30\n"
  .. ("2024-05-01 12:00:10 INFO  mail bob_2@example.com [ok]\n"):rep(7)
  .. "   \t\n"

-- title, subject, pattern, init
local rows = {
  {"a letter", "hello", "l"},
  {"nothing", "hello", ""},
  {"nothing in nothing", "", ""},
  {"a class in nothing", "", "%a"},
  {"the end", "hello", "$"},
  {"a dollar that is not at the end", "a$b", "$b"},
  {"behind the end", "hello", "", 6},
  {"far behind the end", "hello", "", 7},
  {"from the end", "hello hello", "l+", -4},
  {"before the start", "hello", "h", -100},
  {"an anchor", "hello", "^l", 3},
  {"an anchor alone", "hello", "^"},
  {"an anchor that is a letter for gmatch", "^a^a", "^a"},
  {"all classes", "aZ09_ \t\n\0\x7f\xe9.", "[%a%c%d%g%l%p%s%u%w%x]+"},
  {"their complements", "aZ09_ \t\n\0\x7f\xe9.", "%A%C%D-%L*%P?%S%U*%W%X"},
  {"a set that has a bracket", "a]b", "[]]"},
  {"a set without a bracket", "]]b", "[^]]"},
  {"a set with an escape", "a-]%", "[%]%%]+"},
  {"a range that ends in an escape", "]%", "[a-%%]"},
  {"a range that is none", "a-b", "[a-]+"},
  {"a set of one range backwards", "abc", "[c-a]"},
  {"a set of one byte", "a.b^c-", "[.]()[^.][^^][-]"},
  {"sets of two bytes, with a caret", "a^b-c%", "[a^][^-][-^]*[^%a][^%^]"},
  {"a set that ends in a caret", "a^b", "[b^]"},
  {"all but one byte", LOG, "[^\n]*user=[^ ]+"},
  {"all but one byte, to the end", "a,b", "[^,]-$"},
  {"zeros in a set", "a\0b\0", "[\0-\1]"},
  {"a zero behind a byte outside of ASCII", "\xe9\0", "[^%d%a][%c%d]"},
  {"zeros in a pattern", "a\0b\0b", "\0b%z"},
  {"captures in captures", "key = value", "((%w+)%s*=%s*(%w+))"},
  {"positions", "hello", "()l()"},
  {"a position again", "hello", "()%1"},
  {"the same again", "say 'it' or \"it\"", "(['\"])(.-)%1"},
  {"balance", "f(a(b)c)(d", "%b()"},
  {"balance of one letter", "|a|b|", "%b||"},
  {"frontiers", "THE (quick) fox", "%f[%a]%a+%f[%A]"},
  {"a frontier at the end", "hello", "%f[%z]"},
  {"as few as possible", "<<a>><b>", "<.->"},
  {"as many as possible", "<<a>><b>", "<.*>"},
  {"maybe", "color colour", "colou?r"},
  {"maybe, and then not", "aab", "a?a?a?ab"},
  {"empty matches between", "abc", "%d*"},
  {"empty matches behind others", "a1b22", "%d*"},
  {"17 sets", "abcdefghijklmnopqrstuvwxyz", "[a-b][b-c][c-d][d-e][e-f][f-g]"
    .. "[g-h][h-i][i-j][j-k][k-l][l-m][m-n][n-o][o-p][p-q][q-r][r-s][s-t]"},
  {"a literal in front", LOG, "ERROR.-timeout"},
  {"a literal in front, and a capture", LOG, "user=(%w+)"},
  {"a literal in the middle", LOG, "[%w_]+@[%w_]+%.com"},
  {"a literal behind so many", LOG, "%d%d%d%d%-%d%d"},
  {"a literal behind some of them", LOG, "%s?%s-E?RROR"},
  {"a literal that is not there", LOG, "%a+ WARNING %a+"},
  {"one literal that is there, and one that is not", LOG, "ERROR.-nothing"},
  {"a literal behind the same again", LOG, "(%d)%1[^\n]-full"},
  {"a literal behind balance", LOG, "%b[]\n 2024"},
  {"a literal behind balance that is there", LOG, "%b[]\n2024"},
  {"a literal behind a frontier", LOG, "%f[%d]%d+\n"},
  {"a set in front", LOG, "[EI]+[RN]+"},
  {"a set maybe in front", LOG, "x*[fg]u"},
  {"the last line", LOG, "\n[^\n]*\n$"},
  {"lines that are blank", LOG, "\n%s*\n"},
  {"a mistake that is reached", LOG, "ERROR[a"},
  {"a mistake that is not reached", LOG, "WARNING[a"},
  {"a mistake behind a set", LOG, "[xyz][a"},
  {"a mistake in front of a literal", LOG, "%d*[nothing"},
}

describe("A pattern", function()
  for _, row in ipairs(rows) do
    local name, s, pattern, init = table.unpack(row)
    it("finds the same as in a string: " .. name, function()
      compare(s, pattern, init)
    end)
  end

  for _, pattern in ipairs {"%", "a%", "[", "[a", "[^", "[]", "[^]", "[%",
    "[%]",
    "[a%", "%f", "%fa", "%f[a", "%b", "%ba", "a*%b", "(", "(a", "a)", "(a))",
    "%0", "%1", "(%1)", "(a)%2", "()%9", ("()"):rep(32), ("()"):rep(33),
    ("(a"):rep(33), ("("):rep(33), "x[", "x%", "a-[", "a?%"} do
    it(("has the mistakes it has for strings: %q"):format(pattern), function()
      compare("aaa", pattern)
      compare("", pattern)
      compare(("aaa"):rep(50), pattern)
    end)
  end

  for _, unit in ipairs {"a?", "a*", "a-", "b*"} do
    it("is too complex in the same cases as for strings: " .. unit, function()
      for _, n in ipairs {198, 199, 200, 201, 300} do
        for _, s in ipairs {"", "b", "a", ("a"):rep(250)} do
          for _, more in ipairs {"", "[", "%f[\0]"} do
            local anchored = "^" .. unit:rep(n) .. more
            if more ~= "%f[\0]" or #s <= 1 then -- else it takes for ever
              patterns.compare(s, mview(s), anchored)
            end
          end
        end
      end
    end)
  end

  it("may be long", function()
    local s = ("abc"):rep(100000)
    patterns.compare(s, mview(s), "^" .. ("[a-c]%l."):rep(20000))
    patterns.compare(s, mview(s), s)
    patterns.compare(s, mview(s), s .. "[")
  end)

  -- If size_t has 32 bits, string.find itself starts at the first byte.
  it("is not found from a position of more than 32 bits on", function()
    for _, method in ipairs {"find", "match"} do
      local v = mview("hello")
      assert.is_nil(v[method](v, "h", (1 << 32) + 1))
    end
    assert.is_nil(mview("hello"):gmatch("h", (1 << 32) + 1)())
  end)

  it("may be a number", function()
    assert.same({2, 3}, {mview("a12"):find(12)})
    assert.equal("12", mview("a12"):match(12))
    assert.equal("1.5", mview("a1.5"):gmatch(1.5)())
    assert.same({2, 3}, {mview("a12"):find(12, 1, true)})
  end)

  for _, name in ipairs {"find", "match", "gmatch"} do
    it("is a string: " .. name, function()
      local v = mview("abc")
      for _, x in ipairs {true, {97}, print} do
        raises(("bad argument #2 to '%s' (string expected, got %s)")
          :format(name, type(x)), function() local _ = v[name](v, x) end)
      end
      raises(("bad argument #2 to '%s' (string expected, got mview.view)")
        :format(name), function() local _ = v[name](v, v) end)
      raises(("bad argument #2 to '%s' (string expected, got no value)")
        :format(name), function() local _ = v[name](v) end)
    end)
  end

  -- Items in front of a literal, which the search finds first.
  for _, row in ipairs {
    {"(..)%1abc", "xyxyabc"}, {"(.)(.)%2%1abc", "xyyxabc"},
    {"%b()abc", "(x(y)z)abc"}, {"[xy]-abc", "xyxyabc"}, {"x?y*abc", "xyyabc"},
    {"%f[x]%a+abc", "xyzabc"}, {"()x()abc", "xabc"}, {"x.-abc", "x....abc"},
    {"[^.]+abc", "xyabc"}, {".%b()(.)%1abc", "x((y))zzabc"},
  } do
    it("finds a match that ends in a far literal: " .. row[1], function()
      for n = 0, 120, 3 do
        local s = ("."):rep(n) .. row[2] .. ("-"):rep(70) .. row[2]
        patterns.compare(s, mview(s), row[1])
      end
    end)
  end

  it("matches the same as strings, at random", function()
    for _ = 1, rounds do
      local s, pattern = patterns.subject(), patterns.pattern()
      if math.random(4) == 1 then s = s:rep(8) end
      s = s:sub(1, patterns.bearable(pattern))
      local init = math.random(3) == 1 and math.random(-30, 30) or nil
      local list = views(s)
      patterns.compare(s, list[math.random(#list)], pattern, init)
    end
  end)

  it("finds rare matches, then many matches", function()
    local unit = ("plain words, and nothing else: "):rep(400)
    local s = unit .. "k=v " .. unit .. ("k=v "):rep(1000) .. unit .. "k=v"
    for _, pattern in ipairs {"(%w+)=(%w+)", "k=%w", "%a-=v", "=", "[k]+=",
      "%f[k]k.v", "words.-=v"} do
      patterns.compare(s, mview(s), pattern)
    end
  end)
end)

describe("find", function()
  it("with plain looks for the bytes of any bytes-like", function()
    local v = mview("a.b%a")
    local object = setmetatable({}, {__buffer = function() return "%a" end})
    assert.same({2, 2}, {v:find(".", 1, true)})
    assert.same({1, 1}, {v:find(".", 1, false)})
    assert.same({4, 5}, {v:find(object, 1, true)})
    assert.same({4, 5}, {v:find(mview("%a"), -2, 1)})
    raises("bad argument #1 to 'find' (string, view or other bytes-like "
      .. "expected, got table)", function() local _ = v:find({}, 1, true) end)
  end)
end)

describe("An iteration", function()
  it("goes on after memory grew", function()
    local data = mview.bytearray("a1b2c3")
    local list = {}
    for letter in mview(data):gmatch("%a") do
      list[#list + 1] = letter
      data:append(("z"):rep(10000))
    end
    assert.same({"a", "b", "c"}, list)
  end)

  it("sees writes behind its position", function()
    local data = mview.bytearray("aaaa")
    local list = {}
    for letter, at in mview(data):gmatch("(%a)()") do
      list[#list + 1] = letter
      if at <= #data then data[at] = 98 end
    end
    assert.equal("abbb", table.concat(list))
  end)

  local ends = {
    {"shrinks", "attempt to use an expired view (its bytearray shrank)",
      function(data) data:resize(3) end},
    {"is released", "attempt to use a view of revoked memory",
      function(data) data:release() end},
    {"has its view released", "attempt to use a released view",
      function(_, view) view:release() end},
  }
  for _, row in ipairs(ends) do
    local how, message, finish = table.unpack(row)
    for name, use in pairs {
      gmatch = function(v) return v:gmatch("%w%w") end,
      lines = function(v) return v:lines() end,
      split = function(v) return v:split("\n") end,
    } do
      for _, step in ipairs {1, -1} do
        it(("ends if memory %s: %s, by %d"):format(how, name, step),
          function()
            local data = mview.bytearray("a1\nb2\nc3\nd4")
            local view = mview(data):sub(nil, nil, step)
            local next_one = use(view)
            assert.is_not_nil(next_one())
            finish(data, view)
            raises(message, next_one)
          end)
      end
    end
  end

  it("keeps its view and pattern", function()
    local step = mview.bytearray("a1b2"):view():gmatch("%a" .. "%d")
    collectgarbage()
    collectgarbage()
    assert.equal("a1", step())
    collectgarbage()
    assert.equal("b2", step())
    assert.is_nil(step())
  end)
end)
