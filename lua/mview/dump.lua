--[[
dump.lua - bytes and records as text for people

    local dump = require "mview.dump"
    io.write(dump(packet))                     -- as `hexdump -C` prints it
    io.write(dump(data, {offset = 512, limit = 64}))

    00000000  68 65 6c 6c 6f 20 77 6f  72 6c 64 0a              |hello world.|
    0000000c

A view of records is shown field by field: offset, name, format, value.

    io.write(dump(mview(data, "T{<I:id:f:x:}")))

    00000000  id  <I  7
    00000004  x   <f  1.5

Any other view is shown as its bytes, in C order. A view that is not contiguous
is copied first.
]]

local mview = require "mview"

local probe = mview("")
local sub, hex, tobytes = probe.sub, probe.hex, probe.tobytes

local DIM, BRIGHT, ODD = "\27[90m", "\27[36m", "\27[33m"

local function paint(color, text)
  return color .. text .. "\27[0m"
end

-- The colored text of each byte: its two digits, and its character.
local painted = {}
for code = 0, 255 do
  local char = string.char(code)
  local shown = char:find("[\32-\126]")
  local color = code == 0 and DIM or shown and BRIGHT or ODD
  local digits = ("%02x"):format(code)
  painted[digits] = paint(color, digits)
  painted[char] = paint(color, shown and char or ".")
end

-- One line for at most 16 bytes; `offset` is a string.
local function hex_line(offset, bytes, color)
  local digits, text = hex(bytes, " "), tobytes(bytes)
  digits = ("%-48s"):format(digits:sub(1, 24) .. " " .. digits:sub(25))
  if color then
    offset = paint(DIM, offset)
    digits = digits:gsub("%x%x", painted)
    text = text:gsub(".", painted)
  else
    text = text:gsub("[^\32-\126]", ".")
  end
  return offset .. "  " .. digits .. "  |" .. text .. "|"
end

-- The number of whole lines from byte `i` on that are equal to the line at `i`,
-- including this line.
local function repeats(bytes, i)
  local rest = sub(bytes, i, -17)
  local differs = rest:mismatch(sub(bytes, i + 16))
  return 1 + (differs and differs - 1 or #rest) // 16
end

local function hex_lines(bytes, start, squeeze, color)
  local lines, previous, i = {}, nil, 1
  while i <= #bytes do
    local line = sub(bytes, i, i + 15)
    local text = tobytes(line)
    if squeeze and text == previous then
      lines[#lines + 1] = "*"
      i = i + 16 * repeats(bytes, i)
    else
      lines[#lines + 1] =
        hex_line(("%08x"):format(start + i - 1), line, color)
      previous, i = text, i + 16
    end
  end
  if start > 0 or #bytes > 0 then
    local offset = ("%08x"):format(start + #bytes)
    lines[#lines + 1] = color and paint(DIM, offset) or offset
  end
  return lines
end

local function escape(char)
  if char == '"' or char == "\\" then return "\\" .. char end
  return ("\\x%02x"):format(char:byte())
end

-- A value as Lua would write it, on one line.
local function literal(value)
  if type(value) == "string" then
    return '"' .. value:gsub('["\\\0-\31\127-\255]', escape) .. '"'
  elseif type(value) == "table" then
    local items = {}
    for i, item in ipairs(value) do items[i] = literal(item) end
    return "{" .. table.concat(items, ", ") .. "}"
  end
  return tostring(value)
end

local function is_record(view)
  return (pcall(view.field, view, 1))
end

-- The field names in the text of a record's format, by the position of the
-- field; without the names of nested records. A repeated code has one position
-- for each repetition or, if a name follows, one in all: an array. Also returns
-- whether the whole format is in T{...}.
local function names_of(format)
  local names, position, count, at = {}, 0, 0, 1
  local list = {}
  -- A name may contain braces; its number stands for it.
  format = format:gsub(":([^:]+):", function(name)
    list[#list + 1] = name
    return (":%d:"):format(#list)
  end)
  local braced = format:match("^[@=<>!^%s]*0*1?T(%b{})%s*$")
  format = braced and braced:sub(2, -2) or format
  while at <= #format do
    local name = format:match("^:([^:]+):", at)
    local shape, record = format:match("^%b()", at), format:match("^%b{}", at)
    local digits, code = format:match("^(%d*)([%a?&])", at)
    if name then
      position = position - count + 1
      names[position] = list[math.tointeger(name)]
      at = at + #name + 2
    elseif shape or record then at = at + #(shape or record)
    elseif code then
      count = code == "x" and 0 or code:find("[sp]") and 1
        or tonumber(digits) or 1
      position = position + count
      at = at + #digits + (code == "Z" and 2 or 1)
    else at = at + 1 end
  end
  return names, braced ~= nil
end

-- The fields of a 0-d record in order, each as {view, name}. The name is the
-- index expression behind the name of the record. It is empty for a record that
-- is the only value of a format without T{...}: the item reads as that record.
local function fields(record)
  local names, braced = names_of(record.format)
  local list, unnamed = {}, 0
  for i = 1, math.huge do
    local found, field = pcall(record.field, record, i)
    if not found then
      local alone = #list == 1 and unnamed == 1 and not braced
      if alone and is_record(list[1].view) then list[1].name = "" end
      return list
    end
    local name = names[i]
    if not name then unnamed = unnamed + 1 end
    list[i] = {view = field, name = name and "." .. name or
      "[" .. unnamed .. "]"}
  end
end

-- Adds a row {offset, name, format, value} for each field below `view`.
local function add_rows(rows, view, name)
  if not is_record(view) then
    rows[#rows + 1] = {offset = view.offset, format = view.format,
      name = name:gsub("^%.", ""):gsub("%c", escape),
      value = literal(view:tolist())}
  elseif view.ndim > 0 then
    for i = 1, #view do
      add_rows(rows, view:slice(i), name .. "[" .. i .. "]")
    end
  else
    for _, field in ipairs(fields(view)) do
      add_rows(rows, field.view, name .. field.name)
    end
  end
end

-- In characters; in bytes if the text is not UTF-8.
local function length(text)
  return utf8.len(text) or #text
end

-- Pads one column of the rows to the width of its longest text.
local function align(rows, column)
  local width = 0
  for _, row in ipairs(rows) do width = math.max(width, length(row[column])) end
  for _, row in ipairs(rows) do
    row[column] = row[column] .. (" "):rep(width - length(row[column]))
  end
end

-- Adds the rows of at most `count` records of the view, in C order. The offset
-- of the first record is shown as `start`. Returns the number of records.
local function add_records(rows, view, start, count)
  if view.ndim > 0 then
    local done = 0
    for i = 1, #view do
      if done == count then break end
      done = done + add_records(rows, view:slice(i),
        start + done * view.itemsize, count - done)
    end
    return done
  end
  local first = #rows + 1
  add_rows(rows, view, "")
  for k = first, #rows do
    rows[k].offset = ("%08x"):format(start + rows[k].offset - view.offset)
  end
  return 1
end

local function record_lines(records, start, limit, color)
  local rows, size = {}, records.itemsize
  add_records(rows, records, start,
    limit and size > 0 and limit // size or math.huge)
  align(rows, "name")
  align(rows, "format")
  for i, row in ipairs(rows) do
    if color then
      row.offset = paint(DIM, row.offset)
      row.name = paint(BRIGHT, row.name)
    end
    rows[i] = table.concat({row.offset, row.name, row.format, row.value}, "  ")
  end
  return rows
end

local known = {offset = true, limit = true, squeeze = true, color = true}

-- Raises unless the argument is a table of known options.
local function check_options(options)
  if type(options) ~= "table" then
    error(("bad argument #2 to 'dump' (table expected, got %s)")
      :format(type(options)), 3)
  end
  for name in pairs(options) do
    if not known[name] then
      error(("bad argument #2 to 'dump' (unknown option '%s', expected "
        .. "'offset', 'limit', 'squeeze' or 'color')"):format(name), 3)
    end
  end
end

-- A value for messages: strings are quoted.
local function shown(value)
  return type(value) == "string" and ("'%s'"):format(value) or tostring(value)
end

-- Raises unless the option `name` is a boolean or one of the further values.
local function check_flag(options, name, expected, other)
  local value = options[name]
  if value ~= nil and type(value) ~= "boolean" and value ~= other then
    error(("bad argument #2 to 'dump' (%s must be %s, got %s)")
      :format(name, expected, shown(value)), 3)
  end
end

-- The option `name`, a number of bytes.
local function number_of_bytes(options, name, default)
  local value = options[name]
  if value == nil then return default end
  local count = math.tointeger(value)
  if not count or count < 0 then
    error(("bad argument #2 to 'dump' (%s must be a number of bytes, got %s)")
      :format(name, shown(value)), 3)
  end
  return count
end

-- Whether standard output is a terminal and the user accepts colors.
local function on_terminal()
  return not os.getenv("NO_COLOR") and os.execute("test -t 1") == true
end

---@class mview.dump.options
---@field offset? integer the offset shown for the first byte, default 0
---@field limit? integer the most bytes shown; of records, whole ones only
---@field squeeze? boolean `*` for lines equal to the line before, default true
---@field color? boolean | "auto" default false; "auto": if standard output
--- is a terminal and NO_COLOR is not set

---The bytes of `source` as text, as the head of this file shows. Each line ends
---with "\n"; without bytes the text is empty.
---@param source any bytes-like
---@param options? mview.dump.options
---@return string
return function(source, options)
  if options == nil then options = {} end
  check_options(options)
  local start = number_of_bytes(options, "offset", 0)
  local limit = number_of_bytes(options, "limit")
  check_flag(options, "squeeze", "a boolean")
  check_flag(options, "color", "a boolean or 'auto'", "auto")
  local color = options.color
  if color == "auto" then color = on_terminal() end
  local ok, view = pcall(mview, source)
  if not ok then
    local text = type(view) == "string"
    error(text and view:gsub("'mview'", "'dump'") or view, 2)
  end
  local lines
  if is_record(view) then
    lines = record_lines(view, start, limit, color)
  else
    local bytes = view.c_contiguous and view:cast("B") or mview(view:tobytes())
    if limit then bytes = bytes:sub(1, limit) end
    lines = hex_lines(bytes, start, options.squeeze ~= false, color)
  end
  lines[#lines + 1] = ""
  return table.concat(lines, "\n")
end
