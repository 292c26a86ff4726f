-- File handles whose reads or writes fail, at every byte: no byte is written
-- twice, and an error never looks like success or the end of the file.
local cookie = require "cookie"
local mview = require "mview"
local unix = require "unix"

local chars = {}
for i = 1, 200 do chars[i] = string.char(i) end
local data = table.concat(chars) -- each byte once

-- The same bytes in a strided view.
local function strided()
  local wide = mview.bytearray(2 * #data):view():sub(1, -1, 2)
  return wide:copyfrom(data)
end

local views = {["in one piece"] = function() return mview(data) end,
  ["in many pieces"] = strided}

-- Fails unless each byte of s is greater than the one before.
local function check_once(s)
  for i = 2, #s do
    if s:byte(i - 1) >= s:byte(i) then error "a byte came twice" end
  end
end

describe("Writing to a file handle without a descriptor", function()
  for how, view in pairs(views) do
    for _, buffer in ipairs {0, 1, 16, 64, 1024} do
      for name, err in pairs {EINTR = cookie.EINTR, EAGAIN = cookie.EAGAIN,
        EIO = cookie.EIO, ["no errno"] = 0} do
        it(("from memory %s with a buffer of %d that fails with %s"):format(
          how, buffer, name), function()
            local v = view()
            for fail = 0, #data do
              local file = cookie.open("w", buffer, fail, err, 1)
              local n, message, code = v:writeto(file)
              if n then
                assert.equal(#data, n)
                file:flush()
                file:flush()
                check_once(cookie.bytes(file))
              else
                assert.is_string(message)
                assert.is_true(code ~= 0)
                file:close()
                check_once(cookie.bytes(file))
              end
              if fail == #data and buffer == 0 then
                assert.equal(data, cookie.bytes(file))
              end
            end
          end)
      end
    end
  end

  it("is not tried for ever with an older errno", function()
    local v = mview(data)
    assert.is_nil((v:writeto(cookie.open("w", 0, 0, cookie.EINTR, 1))))
    assert.same({nil, unix.message(cookie.EIO), cookie.EIO},
      {v:writeto(cookie.open("w", 0, 0, 0, -1))})
  end)

  it("follows the bytes in its buffer", function()
    local file = cookie.open("w", 64, 0, 0, 0)
    file:write("<")
    assert.equal(200, mview(data):writeto(file))
    file:write(">")
    file:flush()
    assert.equal("<" .. data .. ">", cookie.bytes(file))
  end)
end)

describe("Reading from a file handle", function()
  local function read(file)
    local v, all = mview.bytearray(37):view(), {}
    repeat
      local n = v:readfrom(file)
      if n then all[#all + 1] = v:sub(1, n):tobytes() end
    until n == 0 or not n
    local n, _, err = v:readfrom(file)
    return table.concat(all), n, err
  end

  for _, buffer in ipairs {0, 16, 64, 1024} do
    it(("with a buffer of %d goes on after an interruption"):format(buffer),
      function()
        for fail = 0, #data do
          local file = cookie.open("r", buffer, fail, cookie.EINTR, 3, data)
          assert.equal(data, (read(file)))
        end
      end)

    for name, err in pairs {EIO = cookie.EIO, ["no errno"] = 0} do
      it(("with a buffer of %d that fails with %s never looks ended"):format(
        buffer, name), function()
          for fail = 0, #data - 1 do
            local file = cookie.open("r", buffer, fail, err, -1, data)
            local got, n, code = read(file)
            assert.equal(data:sub(1, fail - fail % 37), got)
            assert.is_nil(n)
            assert.equal(cookie.EIO, code)
          end
        end)
    end
  end

  it("is not tried again with an older errno", function()
    local file = cookie.open("r", 0, 1, 0, 1000, data)
    local v = mview.bytearray(1):view()
    assert.equal(1, v:readfrom(file))
    assert.is_nil((v:writeto(cookie.open("w", 0, 0, cookie.EINTR, 1))))
    assert.same({nil, unix.message(cookie.EIO), cookie.EIO},
      {v:readfrom(file)})
  end)

  it("that is only written to is an error", function()
    local name = os.tmpname()
    for _, mode in ipairs {"w", "a"} do
      local file <close> = io.open(name, mode)
      local n, message, err = mview.bytearray(4):view():readfrom(file)
      assert.same({nil, "Bad file descriptor", 9}, {n, message, err})
    end
    local file <close> = io.open(name, "r")
    assert.same({nil, "Bad file descriptor", 9}, {mview("ab"):writeto(file)})
    os.remove(name)
  end)
end)
