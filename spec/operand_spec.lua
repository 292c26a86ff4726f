-- Containers as operands, which a finalizer ends in the middle of an operation.

local gc_races = require "gc_races"
local mview = require "mview"

local size = 400
local bytes = ("ab"):rep(size // 2)

local function bytearray() return mview.bytearray(bytes) end

local function map()
  local m = mview.map(nil, "r+", 0, size)
  m:copyfrom(bytes)
  return m
end

-- A container, a function that ends it, and the message of later uses. Bytes
-- that have replaced its old bytes must not be read.
local ends = {
  ["a bytearray that shrinks and grows again"] = {bytearray, function(b)
    b:resize(1)
    b:append(("z"):rep(size))
  end, "attempt to use an expired view (its bytearray shrank)"},
  ["a bytearray that is cut"] = {bytearray, function(b)
    b:remove(1, size - 1)
    b:append(("z"):rep(size))
  end, "attempt to use an expired view (its bytearray was cut)"},
  ["a bytearray that is released"] = {bytearray, function(b)
    b:release()
  end, "attempt to use a released bytearray"},
  ["a map that shrinks"] = {map, function(m)
    m:fill(122)
    m:resize(1)
  end, "attempt to use an expired view (its map shrank)"},
  ["a map that is closed"] = {map, function(m)
    m:close()
  end, "attempt to use a closed map"},
}

-- Each use allocates after it has read the size of the container c. The view is
-- one of other memory.
local uses = {
  ["v .. c"] = function(v, c) return v .. c end,
  ["c .. v"] = function(v, c) return c .. v end,
  ["find, strided"] = function(v, c)
    return v:sub(1, -1, 3):find(c, 1, true)
  end,
  rfind = function(v, c) return v:sub(1, -1, 3):rfind(c) end,
  ["copyfrom"] = function(_, c)
    local d = mview.new("d", size)
    return d:copyfrom(c):tobytes()
  end,
  ["copyfrom, of part of it"] = function(_, c)
    return c:sub(2):copyfrom(c:sub(1, -2)):tobytes()
  end,
  bytearray = function(_, c) return tostring(mview.bytearray(c)) end,
  append = function(v, c) return tostring(mview.bytearray(v):append(c)) end,
  insert = function(v, c)
    return tostring(mview.bytearray(v):insert(2, c))
  end,
  mview = function(_, c) return mview(c):tobytes() end,
  tobytes = function(_, c) return c:tobytes() end,
  hex = function(_, c) return c:hex(" ") end,
  ["a writer"] = function(v, c)
    return require "mview.writer"():bytes(v):bytes(c):view():tobytes()
  end,
}

local function view()
  return mview.bytearray(("x"):rep(size)):view()
end

local function without_place(message)
  return (tostring(message):gsub("^[^ ]+:%d+: ", ""))
end

-- The results of the use, or its error without the position.
local function outcome(use, v, c)
  return without_place((select(2, pcall(use, v, c))))
end

-- Whether the use was struck, and its outcome.
local function attempt(use, row, n)
  local c, v = row[1](), view()
  local struck, _, result = gc_races.strike(n, function() row[2](c) end, use, v,
    c)
  return struck, without_place(result)
end

describe("A container that a finalizer ends during an operation", function()
  for name, use in pairs(uses) do
    for kind, row in pairs(ends) do
      it(("has its old or its new bytes, or raises: %s, %s"):format(name,
        kind), function()
          local before, ended = outcome(use, view(), row[1]()), row[1]()
          row[2](ended)
          local allowed = {[before] = true, [row[3]] = true,
            ["attempt to use a view of revoked memory"] = true,
            [outcome(use, view(), ended)] = true}
          local strikes = 0
          for n = 1, 8 do
            local struck, result = attempt(use, row, n)
            if struck then strikes = strikes + 1 end
            if struck then assert.truthy(allowed[result], result)
            else assert.equal(before, result) end
          end
          assert.is_true(strikes > 0)
        end)
    end
  end
end)
