-- The files of the core and of the binding include, and call, only what comes
-- before them in the tables of doc/design.md.

local files = require "files"
local shell = require "shell"

-- The rank of each file in the table of a folder.
local function read_order(folder)
  local text = files.read "doc/design.md"
  local rows = assert(text:match("| `csrc/" .. folder
    .. "`, lowest first | |\n|%-+|%-+|\n(.-)\n\n"), folder)
  local order, rank = {}, 0
  for cell in (rows .. "\n"):gmatch("| ([^|]*) |[^\n]*\n") do
    for name in cell:gmatch "`([%w_.]+)`" do
      rank = rank + 1
      if name:find(".", 1, true) then
        order[name] = rank
      else
        order[name .. ".h"], order[name .. ".c"] = rank, rank
      end
    end
  end
  return order
end

-- The sources in a folder, where LuaRocks may have left object files.
local function list_files(folder)
  local list = {}
  for name in shell("cd csrc/" .. folder .. " && LC_ALL=C ls *.[ch]")
    :gmatch "%S+" do
    list[#list + 1] = name
  end
  return list
end

-- The name of each function of the library that a file defines.
local function definitions(text)
  return text:gmatch "\n[%a][%w_ *]-[ *](l?mv_%w+)%([^;{}]-%) {"
end

local function without_comments(text)
  return (text:gsub("/%*.-%*/", ""))
end

for _, folder in ipairs {"core", "bind"} do
  describe("csrc/" .. folder, function()
    local order, names, texts = read_order(folder), list_files(folder), {}
    for _, name in ipairs(names) do
      texts[name] = without_comments(files.read("csrc/" .. folder .. "/"
        .. name))
    end

    it("has the files that the table of the design has", function()
      local listed = {}
      for name in pairs(order) do
        if texts[name] then listed[#listed + 1] = name end
      end
      table.sort(listed)
      assert.same(names, listed)
    end)

    it("includes no later file", function()
      local upwards = {}
      for name, text in pairs(texts) do
        for other in text:gmatch "#include \"([%w.]+)\"" do
          if order[other] and texts[other] and order[other] > order[name] then
            upwards[#upwards + 1] = name .. " includes " .. other
          end
        end
      end
      assert.same({}, upwards)
    end)

    it("calls no function of a later file", function()
      local home, upwards = {}, {}
      for name, text in pairs(texts) do
        for func in definitions(text) do home[func] = name end
      end
      assert.is_string(next(home))
      for name, text in pairs(texts) do
        for func in text:gmatch "%f[%w_](l?mv_[%w_]+)%(" do
          local other = name:find "%.c$" and home[func]
          if other and order[other] > order[name] then
            upwards[#upwards + 1] = ("%s calls %s of %s"):format(name, func,
              other)
          end
        end
      end
      assert.same({}, upwards)
    end)
  end)
end

it("csrc/core includes no header of the binding, Lua or malloc", function()
  for _, name in ipairs(list_files "core") do
    local text = files.read("csrc/core/" .. name)
    for header in text:gmatch "#include [<\"]([%w_/.]+)[>\"]" do
      assert.is_nil(header:find "^lua", name)
      assert.is_nil(header:find "^stdlib", name)
      assert.is_true(header:find "^%l+%.h$" ~= nil, name .. ": " .. header)
    end
  end
end)
