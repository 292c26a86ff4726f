local shell = require "shell"

local LUA = os.getenv("LUA") or "lua5.4"

local NAME90 = ("n"):rep(90)

-- The commands that make the contents of the archives.
local CONTENTS = {
  {"plain files", "echo hello >a; : >empty; head -c 70000 /dev/zero >zeros"},
  {"folders", "mkdir -p a/b/c; echo x >a/b/c/d"},
  {"links", "echo x >a; ln a hard; ln -s a soft; ln -s /nowhere broken"},
  {"a pipe", "mkfifo pipe"},
  {"every permission", "for mode in 000 111 222 444 755 4755 2644 1777 7000; "
    .. "do : >f$mode; chmod $mode f$mode; done"},
  {"control characters", [[printf x >"$(printf 'a\nb\tc\\d\033e')"]]},
  {"text beyond ASCII", "echo x >'na\195\175ve na\195\175ve'"},
  {"long names", ("mkdir -p %s; echo x >%s/%s"):format(NAME90, NAME90, NAME90)},
  {"long links", ("ln -s %s/%s soft"):format(NAME90, NAME90)},
  {"a time of the past", "echo x >a; touch -d @86399.75 a"},
}

local FORMATS = {"v7", "ustar", "oldgnu", "gnu", "pax"}

describe("examples/tar.lua", function()
  local folder

  before_each(function() folder = shell("mktemp -d | tr -d '\\n'") end)
  after_each(function() shell("rm -rf " .. folder) end)

  -- Archives the contents and compares the two listings.
  local function compare(contents, options)
    local setup, status = shell(("mkdir %s/in && cd %s/in && %s && "
      .. "tar %s -cf ../archive ."):format(folder, folder, contents, options))
    local archive = folder .. "/archive"
    local expected = shell("LC_ALL=C.UTF-8 tar tvf " .. archive)
    assert.is_true(#expected > 0, setup)
    assert.equal(expected, (shell(LUA .. " examples/tar.lua " .. archive)))
    return status, expected
  end

  for _, row in ipairs(CONTENTS) do
    for _, format in ipairs(FORMATS) do
      it(("lists %s in a %s archive as tar"):format(row[1], format), function()
        compare(row[2], "--format=" .. format)
      end)
    end
  end

  for _, row in ipairs {
    {"names that widen the columns",
      "--owner=somebody-with-a-name:1 --group=and-a-group:2", "gnu"},
    {"numbers alone", "--numeric-owner", "ustar"},
    {"numbers beyond octal", "--owner=:3000000 --group=:4000000", "gnu"},
    {"numbers beyond octal", "--owner=:3000000 --group=:4000000", "pax"},
    {"a time before 1970", "--mtime=@-86400", "gnu"},
    {"a time before 1970", "--mtime=@-86400.5", "pax"},
    {"a time far away", "--mtime=@9000000000", "gnu"},
    {"names beyond ASCII", "--owner=J\195\188rgen:1 --group=g:2", "pax"},
    {"a global header", "--pax-option=comment=hello", "pax"},
  } do
    it(("lists %s (%s)"):format(row[1], row[3]), function()
      local status = compare("echo x >a; echo y >b",
        row[2] .. " --format=" .. row[3])
      assert.equal(0, status)
    end)
  end

  it("lists devices", function()
    local archive = folder .. "/archive"
    shell("tar -C / -cf " .. archive .. " dev/null dev/zero")
    local expected = shell("tar tvf " .. archive)
    assert.matches("1,3 ", expected, 1, true)
    assert.equal(expected, (shell(LUA .. " examples/tar.lua " .. archive)))
  end)

  it("lists these examples without an argument", function()
    local output, status = shell(LUA .. " examples/tar.lua")
    assert.equal(0, status, output)
    assert.equal(shell("tar -C examples -cf - . | tar tvf -"), output)
  end)

  for _, row in ipairs {
    {"what is no archive", ("GIF89a"):rep(200), "this is not a tar archive"},
    {"a short file", "x", "need 512 bytes at position 1, 1 left"},
  } do
    it("refuses " .. row[1], function()
      local file = assert(io.open(folder .. "/archive", "wb"))
      file:write(row[2])
      file:close()
      local output, status = shell(LUA .. " examples/tar.lua " .. folder
        .. "/archive")
      assert.equal(1, status)
      assert.matches(row[3], output, 1, true)
    end)
  end

  it("lists an empty archive", function()
    shell("tar -cf " .. folder .. "/archive -T /dev/null")
    assert.same({"", 0}, {shell(LUA .. " examples/tar.lua " .. folder
      .. "/archive")})
  end)
end)
