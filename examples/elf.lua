-- The sections of an ELF file, read in place: the file is mapped, its header
-- and its section table are records, and each field of the table is a column.
-- Only the printed names are copied.
--
-- usage: lua examples/elf.lua [FILE]     default: the running interpreter

local mview = require "mview"

local path = arg[1] or "/proc/self/exe"
local file = assert(mview.map(path))
assert(file:sub(1, 4):equals("\127ELF"), "not an ELF file")

-- Byte 5 gives the size of an address, byte 6 the byte order, so one
-- description fits all ELF files. W stands for an address.
local word = assert(({"I", "Q"})[file[5]], "unknown ELF class")
local order = assert(({"<", ">"})[file[6]], "unknown ELF byte order")

local function record(fields)
  return "T{" .. order .. fields:gsub("%s", ""):gsub("W", word) .. "}"
end

local HEADER = record [[
  16s:ident: H:type: H:machine: I:version: W:entry: W:phoff: W:shoff: I:flags:
  H:ehsize: H:phentsize: H:phnum: H:shentsize: H:shnum: H:shstrndx: ]]

local SECTION = record [[
  I:name: I:type: W:flags: W:addr: W:offset: W:size: I:link: I:info:
  W:addralign: W:entsize: ]]

local header = file:at(0, HEADER)
local start = header:field("shoff")[1]
assert(start > 0, "no section table")

-- Counts that do not fit the header are in the table's first section.
local first = file:at(start, SECTION)
local count = header:field("shnum")[1]
if count == 0 then count = first:field("size")[1] end
local names_at = header:field("shstrndx")[1]
if names_at == 0xffff then names_at = first:field("link")[1] end

local sections = file:at(start, SECTION, count)
local name, offset, size =
  sections:field("name"), sections:field("offset"), sections:field("size")

local names = file:at(offset[names_at + 1], size[names_at + 1])
local copied = 0

local function name_of(i)
  local from = name[i] + 1
  local text = names:sub(from, names:find("\0", from) - 1):tobytes()
  copied = copied + #text
  return text
end

print("  Nr  Name                   Offset       Size")
for i = 1, #sections do
  print(("%4d  %-20s %8x   %8x"):format(i - 1, name_of(i), offset[i], size[i]))
end
print(("%d bytes mapped, %d sections, %d bytes copied: the names")
  :format(#file, #sections, copied))
