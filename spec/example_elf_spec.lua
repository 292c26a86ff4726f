local files = require "files"
local shell = require "shell"

local LUA = os.getenv("LUA") or "lua5.4"

-- The rows of a section table that match, as "number name offset size".
local function sections(output, pattern)
  local found = {}
  for number, name, offset, size in output:gmatch(pattern) do
    found[#found + 1] = ("%d %s %x %x"):format(tonumber(number), name,
      tonumber(offset, 16), tonumber(size, 16))
  end
  return found
end

local function by_readelf(path)
  return sections(shell("readelf -S -W " .. path),
    "%[ *(%d+)%] (%S*) +%S+ +%x+ (%x+) (%x+) ")
end

local function by_example(path)
  local output, status = shell(LUA .. " examples/elf.lua " .. path)
  assert.equal(0, status, output)
  return sections(output, "\n *(%d+)  (%S*) +(%x+) +(%x+)"), output
end

-- A file of three sections: the null section, names, and ten bytes of data.
-- With `many`, their number is in the first section, as in files of 65,280
-- sections and more.
local function elf(class, order, many)
  local word = class == 1 and "I4" or "I8"
  local names = "\0.shstrtab\0.data\0"
  local header = order .. "HHI4WWWI4HHHHHH"
  local row = order .. "I4I4WWWWI4I4WW"
  header, row = header:gsub("W", word), row:gsub("W", word)
  local at = 16 + header:packsize()
  local count, last = many and 0 or 3, many and 0xffff or 1
  return ("\127ELF%c%c\1"):format(class, order == "<" and 1 or 2)
    .. ("\0"):rep(9)
    .. header:pack(1, 0, 1, 0, 0, at, 0, 16 + header:packsize(), 0, 0,
      row:packsize(), count, last)
    .. row:pack(0, 0, 0, 0, 0, many and 3 or 0, many and 1 or 0, 0, 0, 0)
    .. row:pack(1, 3, 0, 0, at + 3 * row:packsize(), #names, 0, 0, 1, 0)
    .. row:pack(11, 1, 0, 0, at + 3 * row:packsize() + #names, 10, 0, 0, 1, 0)
    .. names .. ("x"):rep(10)
end

describe("examples/elf.lua", function()
  local path

  before_each(function() path = os.tmpname() end)
  after_each(function() os.remove(path) end)

  local function write(bytes) files.write(path, bytes) end

  it("lists the sections of the interpreter as readelf does", function()
    local lua = shell("readlink -fn \"$(command -v " .. LUA .. ")\"")
    local expected = by_readelf("'" .. lua .. "'")
    assert.is_true(#expected > 10)
    assert.same(expected, (by_example("'" .. lua .. "'")))
  end)

  it("takes the running interpreter without an argument", function()
    local lua = shell("readlink -fn \"$(command -v " .. LUA .. ")\"")
    assert.same(by_readelf("'" .. lua .. "'"), (by_example("")))
  end)

  for _, row in ipairs {
    {"32 bits, little-endian", 1, "<"},
    {"32 bits, big-endian", 1, ">"},
    {"64 bits, little-endian", 2, "<"},
    {"64 bits, big-endian", 2, ">"},
    {"a count in the first section", 2, "<", true},
  } do
    it("reads " .. row[1], function()
      write(elf(table.unpack(row, 2)))
      local expected = by_readelf(path)
      assert.equal(3, #expected)
      assert.same(expected, (by_example(path)))
    end)
  end

  it("copies only the names", function()
    write(elf(2, "<"))
    local _, output = by_example(path)
    assert.equal(#".shstrtab" + #".data",
      tonumber(output:match("(%d+) bytes copied")))
  end)

  it("refuses a file that is not an ELF file", function()
    write("#!/bin/sh\n")
    local output, status = shell(LUA .. " examples/elf.lua " .. path)
    assert.equal(1, status)
    assert.matches("not an ELF file", output, 1, true)
  end)
end)
