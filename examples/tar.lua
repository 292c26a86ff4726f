-- Lists a tar archive as `tar tvf` does. The file is mapped. A header block is
-- cast to a record, so its fields have names. The contents of the members are
-- skipped without reading them. The program knows ustar, pax, GNU and v7
-- archives, but not sparse members.
--
-- usage: lua examples/tar.lua [ARCHIVE]    default: one of these examples

local mview = require "mview"
local reader = require "mview.reader"

local BLOCK = 512
local HEADER = "T{100s:name:8s:mode:8s:uid:8s:gid:12s:size:12s:mtime:"
  .. "8s:checksum:c:type:100s:link:8s:magic:32s:user:32s:group:"
  .. "8s:major:8s:minor:155s:prefix:12x}"

local LETTER = {["1"] = "h", ["2"] = "l", ["3"] = "c", ["4"] = "b", ["5"] = "d",
  ["6"] = "p", ["7"] = "C"}
local ARROW = {["1"] = " link to ", ["2"] = " -> "}
local ESCAPE = {["\a"] = "\\a", ["\b"] = "\\b", ["\f"] = "\\f", ["\n"] = "\\n",
  ["\r"] = "\\r", ["\t"] = "\\t", ["\v"] = "\\v", ["\\"] = "\\\\"}

-- A text field ends at its first zero byte, if it has one.
local function text(field)
  return field:match("^[^\0]*")
end

-- A number is octal digits, or big-endian binary marked by its first bit.
local function number(field)
  if field:byte() < 128 then
    return tonumber(field:match("[0-7]+") or "0", 8)
  end
  local value = string.unpack(">i8", field, -8)
  return field:byte() == 128 and value & math.maxinteger or value
end

local function escape(name)
  return (name:gsub("[\0-\31\\\127]", function(char)
    return ESCAPE[char] or ("\\%03o"):format(char:byte())
  end))
end

-- "rwxr-xr-x", with s or t for the set-user, set-group and sticky bits.
local function permissions(mode)
  local result = ""
  for i = 2, 0, -1 do
    local bits = mode >> 3 * i
    local execute = bits & 1 == 1 and "x" or "-"
    if mode >> 9 + i & 1 == 1 then
      local special = i == 0 and "t" or "s"
      execute = execute == "x" and special or special:upper()
    end
    result = result .. (bits & 4 > 0 and "r" or "-")
      .. (bits & 2 > 0 and "w" or "-") .. execute
  end
  return result
end

-- The attributes in a pax header: lines of `length key=value`.
local function pax(data)
  local attributes, pos = {}, 1
  while pos <= #data do
    local length = data:match("^%d+", pos)
    local key, value = data:sub(pos, pos + length - 1)
      :match("^%d+ ([^=]+)=(.*)\n$")
    attributes[key], pos = value, pos + length
  end
  return attributes
end

local function check(block, header)
  -- The checksum itself counts as eight spaces.
  local sum = block:sum() - block:at(148, 8):sum() + 8 * 32
  assert(sum == number(header.checksum), "this is not a tar archive")
end

-- The name of the member; a ustar header may store it in two parts.
local function path(header)
  local name, prefix = text(header.name), text(header.prefix)
  if header.magic:sub(1, 6) ~= "ustar\0" or prefix == "" then return name end
  return prefix .. "/" .. name
end

-- A user or group: its name, or its number if the name is missing.
local function owner(name, id)
  return name ~= "" and name or id
end

local width = 19              -- of owner and size; grows with long values

-- One line. `more` holds the attributes that did not fit into the header.
local function show(header, more)
  local owners = owner(more.uname or text(header.user),
    more.uid or number(header.uid)) .. "/"
    .. owner(more.gname or text(header.group), more.gid or number(header.gid))
  local size = more.size or number(header.size)
  if header.type:find("[34]") then
    size = number(header.major) .. "," .. number(header.minor)
  end
  width = math.max(width, #owners + 1 + #tostring(size))
  local time = more.mtime and tonumber(more.mtime:match("^-?%d+"))
  local arrow = ARROW[header.type]
  print(("%s%s %s%s %s %s%s"):format(
    LETTER[header.type] or "-", permissions(number(header.mode)),
    owners, ("%" .. width - #owners .. "s"):format(size),
    os.date("%Y-%m-%d %H:%M", time or number(header.mtime)),
    escape(more.path or path(header)),
    arrow and arrow .. escape(more.linkpath or text(header.link)) or ""))
end

local function list(r)
  local more = {}
  while r:left() > 0 and r:peek() ~= 0 do     -- blocks of zeros end the archive
    local block = r:bytes(BLOCK)
    local header = block:cast(HEADER)[1]
    check(block, header)
    local size = header.type == "1" and 0
      or math.tointeger(more.size) or number(header.size)
    local data = r:bytes(size)
    r:skip(-size % BLOCK)
    if header.type == "x" then
      more = pax(data:tobytes())
    elseif header.type == "L" then
      more.path = text(data:tobytes())
    elseif header.type == "K" then
      more.linkpath = text(data:tobytes())
    elseif header.type ~= "g" then
      show(header, more)
      more = {}
    end
  end
end

local function examples()
  local folder = arg[0]:match("^(.*)/") or "."
  local pipe <close> = assert(io.popen("tar -C '" .. folder .. "' -cf - ."))
  return pipe:read("a")
end

list(reader(arg[1] and assert(mview.map(arg[1])) or examples()))
