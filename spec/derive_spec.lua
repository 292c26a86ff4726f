-- Views that are made while a finalizer releases their original.

local capi = require "capi"
local gc_races = require "gc_races"
local mview = require "mview"
local raster = require "raster"

local size = 1000
local text = ("x"):rep(size)

-- Each makes a bytes-like of the bytes of text, without another reference.
local sources = {
  ["a string"] = function() return text:upper():lower() end,
  ["a bytearray"] = function() return mview.bytearray(text) end,
  ["a map"] = function()
    local m = mview.map(nil, "r+", 0, size)
    m:fill(120)
    return m
  end,
  ["a loan"] = function() return (capi.lend(size)):fill(120) end,
  ["an object"] = function()
    local image = raster.image(1, size)
    mview(image):fill(120)
    return image
  end,
}

-- A format that no view had before, so it is parsed.
local formats_made = 0
local function fresh_format(n)
  formats_made = formats_made + 1
  return ("T{%dB:a%d:%dB:b:}"):format(n, formats_made, size - n)
end

local makers = {
  sub = function(v) return v:sub(2) end,
  slice = function(v) return v:slice({2, -2}) end,
  ["sub of rows"] = function(v) return v:cast("B", {10, size // 10}):sub(2) end,
  ["a row"] = function(v) return v:cast("B", {10, size // 10})[2] end,
  transpose = function(v) return v:transpose() end,
  ["cast, flat"] = function(v) return v:cast "<H" end,
  ["cast, to a shape"] = function(v) return v:cast("B", {10, size // 10}) end,
  ["cast, to a record"] = function(v, n) return v:cast(fresh_format(n)) end,
  field = function(v, n) return v:cast(fresh_format(n)):field(2) end,
  at = function(v) return v:at(1, "<H", 3) end,
  ["at, a record"] = function(v, n) return v:at(0, fresh_format(n)) end,
  toreadonly = function(v) return v:toreadonly() end,
  mview = function(v) return mview(v) end,
  ["mview of an object"] = function(v)
    return mview(setmetatable({}, {__buffer = function() return v end}))
  end,
  push = function(v) return capi.push(v) end,
  iter = function(v) return v:cast("B", {10, size // 10}):iter()() end,
  split = function(v) return v:split("y")() end,
  ["a reader"] = function(v)
    return require "mview.reader"(v:cast "<H"):view(4)
  end,
}

-- The result for a view that the n-th finalizer releases during the call.
local function made(source, make, n)
  local v = mview(source())
  local released, ok, view = gc_races.strike(n, function() v:release() end,
    make, v, n)
  return released, ok and view
end

-- The bytes of the memory after other objects had the chance to take it.
local function bytes_of(view)
  collectgarbage()
  collectgarbage()
  local others = {}
  for i = 1, 50 do others[i] = ("y"):rep(size + i % 3) end
  for i = 1, 50 do others[50 + i] = mview.bytearray(others[i]) end
  return view.valid and view:tobytes() or ""
end

describe("A view that is made while its original is released", function()
  for kind, source in pairs(sources) do
    for name, make in pairs(makers) do
      it(("keeps its memory or is dead: %s, of %s"):format(name, kind),
        function()
          local strikes = 0
          for n = 1, 6 do
            local released, view = made(source, make, n)
            if released then strikes = strikes + 1 end
            if view then
              assert.is_nil(bytes_of(view):find "[^x]")
              view:release()
            end
          end
          assert.is_true(strikes > 0)
        end)
    end
  end
end)
