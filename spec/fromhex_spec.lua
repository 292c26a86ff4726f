local mview = require "mview"
local agree = require "agree"
local raises = require "raises"

describe("fromhex", function()
  it("gives the bytes that the digits name, as a bytearray", function()
    for i = 0, 255 do
      assert.equal(string.char(i),
        tostring(mview.fromhex(("%02x"):format(i))))
      assert.equal(string.char(i),
        tostring(mview.fromhex(("%02X"):format(i))))
    end
    local b = mview.fromhex("0001ff")
    assert.equal("\0\1\255", tostring(b:append(2):resize(3)))
    assert.equal("\0\1\255", b:view():tobytes())
  end)

  it("takes the result of hex, of any length", function()
    math.randomseed(7)
    for n = 0, 300 do
      local list = {}
      for i = 1, n do list[i] = math.random(0, 255) end
      local b = mview.bytearray(list)
      local hex = b:view():hex()
      agree(true, b == mview.fromhex(hex), "%d bytes", n)
      agree(true, b == mview.fromhex(hex:upper()), "%d bytes, upper", n)
      agree(true, b == mview.fromhex(b:view():hex(" ", 7)), "%d, spaced", n)
    end
  end)

  local spaced = {
    {"", ""}, {" ", ""}, {"\t\n\v\f\r ", ""}, {" 61", "a"}, {"61 ", "a"},
    {"61 62\n63", "abc"}, {"  6162\t\r\n63  ", "abc"},
    {"61" .. (" "):rep(200) .. "62", "ab"},
    {("61"):rep(40) .. " " .. ("62"):rep(40), ("a"):rep(40) .. ("b"):rep(40)},
    {("61 "):rep(100), ("a"):rep(100)}, {("61\n"):rep(33), ("a"):rep(33)},
  }
  for i, row in ipairs(spaced) do
    it(("takes white space between bytes, %d"):format(i), function()
      assert.equal(row[2], tostring(mview.fromhex(row[1])))
    end)
  end

  local function expected(position, character)
    return ("hexadecimal digit expected at position %d, got '%s'"):format(
      position, character)
  end
  local missing = "hexadecimal digit missing at the end"
  local refused = {
    {"0", missing}, {"000", missing}, {"00 0", missing}, {" 1", missing},
    {("00"):rep(64) .. "0", missing},
    {"g0", expected(1, "g")}, {"0g", expected(2, "g")}, {"0x00", expected(2,
      "x")}, {"00-00", expected(3, "-")}, {"0 0", expected(2, " ")},
    {"00:00", expected(3, ":")}, {"00\0", expected(3, "\\0")},
    {"0\0", expected(2, "\\0")}, {"/0", expected(1, "/")},
    {":0", expected(1, ":")}, {"@0", expected(1, "@")},
    {"G0", expected(1, "G")}, {"`0", expected(1, "`")},
    {"\255\0", expected(1, "\255")}, {"0\xc3\xa9", expected(2, "\xc3")},
    {("00"):rep(50) .. "0z" .. ("00"):rep(50), expected(102, "z")},
    {("00 "):rep(50) .. "z", expected(151, "z")},
  }
  for i, row in ipairs(refused) do
    it(("names the position without a digit, %d"):format(i), function()
      raises(("bad argument #1 to 'fromhex' (%s)"):format(row[2]),
        mview.fromhex, row[1])
    end)
  end

  it("finds a wrong character at any place", function()
    for n = 1, 150 do
      local digits = ("0"):rep(150)
      local s = digits:sub(1, n - 1) .. "." .. digits:sub(n + 1)
      agree(("bad argument #1 to 'fromhex' (%s)"):format(expected(n, ".")),
        select(2, pcall(mview.fromhex, s)), "position %d", n)
    end
  end)

  it("takes only strings", function()
    for _, x in ipairs {12, true, {}, mview("00"), mview.bytearray("00")} do
      local name = mview.isview(x) and "mview.view"
        or type(x) == "userdata" and "mview.bytearray" or type(x)
      raises(("bad argument #1 to 'fromhex' (string expected, got %s)")
        :format(name), mview.fromhex, x)
    end
    raises("bad argument #1 to 'fromhex' (string expected, got no value)",
      mview.fromhex)
  end)
end)
