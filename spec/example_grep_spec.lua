local shell = require "shell"

local LUA = os.getenv("LUA") or "lua5.4"

local function grep_lua(pattern, path)
  return shell(("%s examples/grep.lua '%s' %s"):format(LUA, pattern, path))
end

describe("examples/grep.lua", function()
  -- Lua's pattern, and the regular expression of the same meaning.
  for _, row in ipairs {
    {"the", "the"}, {"mview", "mview"}, {"%-%-> ", "-->  *"},
    {"%(v%)", "(v)"}, {"^#+ ", "^##* "}, {"`$", "`$"}, {"^$", "^$"},
    {"v:%a+%(", "v:[[:alpha:]][[:alpha:]]*("}, {"%d%d%d", "[0-9][0-9][0-9]"},
    {"[^%w%s]%s*$", "[^[:alnum:][:space:]][[:space:]]*$"}, {"", ""},
    {"x*", "x*"}, {"nothing of the sort", "nothing of the sort"},
    {"e.*e.*e.*e.*e.*e", "e.*e.*e.*e.*e.*e"}, {"%f[%w_]is", "\\bis"},
  } do
    local pattern, regex = table.unpack(row)
    for _, path in ipairs {"README.md", "doc/reference.md", "csrc/mview.h",
      "LICENSE"} do
      it(("prints the same as grep -n: '%s', %s"):format(pattern, path),
        function()
          local output, status = grep_lua(pattern, path)
          local expected, code = shell(("LC_ALL=C grep -n -e '%s' %s")
            :format(regex, path))
          assert.equal(expected, output)
          assert.equal(code, status)
        end)
    end
  end

  local path

  before_each(function() path = os.tmpname() end)
  after_each(function() os.remove(path) end)

  -- text, pattern, output
  for _, row in ipairs {
    {"", "x*", ""}, {"\n", "x*", "1:\n"}, {"a", "a", "1:a\n"},
    {"a\n\nb", "", "1:a\n2:\n3:b\n"}, {"a\nb\n", "a%s*b", ""},
    {"a\nb a b\n", "a%s*b", "2:b a b\n"}, {"\n\n\na", "[^b]", "4:a\n"},
    {("-\n"):rep(100) .. "a\nb ab\n" .. ("-\n"):rep(50) .. "ab", "a%s*b",
      "102:b ab\n153:ab\n"},
    {("-\n"):rep(40), "[a\n]", ""},
  } do
    local text, pattern, output = table.unpack(row)
    it(("keeps to lines: %q, %q"):format(pattern, text:sub(1, 20)), function()
      local file = assert(io.open(path, "wb"))
      file:write(text)
      file:close()
      assert.equal(output, (grep_lua(pattern, path)))
    end)
  end

  it("greps its own source without arguments", function()
    local output, status = shell(LUA .. " examples/grep.lua")
    assert.equal(0, status)
    assert.matches("^1:%-%- Prints the lines of a file that match", output)
  end)

  it("reports a file that it cannot open, and a wrong pattern",
    function()
      local output, status = grep_lua("a", "/nowhere")
      assert.equal(1, status)
      assert.matches("/nowhere: No such file or directory", output, 1, true)
      output, status = grep_lua("[a", "README.md")
      assert.equal(1, status)
      assert.matches("malformed pattern (missing ']')", output, 1, true)
    end)
end)
