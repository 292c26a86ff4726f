-- v:at, which does not clip.

local lend_host = require "lend_host"
local mview = require "mview"
local raises = require "raises"

local text = "0123456789abcdef"

describe("at", function()
  it("gives the bytes of string.sub, in place", function()
    local v = mview(text)
    for offset = 0, #text do
      for n = 0, #text - offset do
        local part = v:at(offset, n)
        assert.equal(text:sub(offset + 1, offset + n), part:tobytes())
        assert.equal("B", part.format)
        assert.same({n}, part.shape)
      end
      local left = #text - offset
      raises(("bad argument #3 to 'at' (%d byte%s at offset %d, %d left)")
        :format(left + 1, left == 0 and "" or "s", offset, left),
        v.at, v, offset, left + 1)
    end
  end)

  it("gives the items that string.unpack gives", function()
    local v = mview(text)
    for offset = 0, #text - 4 do
      assert.equal((">I4"):unpack(text, offset + 1), v:at(offset, ">I")[1])
      assert.equal(1, #v:at(offset, ">I"))
    end
    assert.same({(">I2I2I2"):unpack(text, 4)},
      {v:at(3, ">H", 3)[1], v:at(3, ">H", 3)[2], v:at(3, ">H", 3)[3], 10})
    assert.equal(0, #v:at(16, ">d", 0))
    assert.same({a = 48, b = 0x3132}, v:at(0, "T{>B:a:H:b:}")[1])
  end)

  it("counts bytes for all items and dimensions", function()
    local grid = mview.bytearray(text):view():cast("H", {2, 4})
    assert.equal("9ab", grid:at(9, 3):tobytes())
    assert.equal("ab", grid[2]:at(2, 2):tobytes())
    local records = mview(text, "T{H:a:H:b:}")
    assert.equal("567", records:at(5, 3):tobytes())
    assert.equal("0", mview(text, "8s"):slice(1):at(0, 1):tobytes())
  end)

  it("is a view of the same memory", function()
    local data = mview.bytearray(text)
    local items = data:at(4, "<H", 2)
    items[2] = 0x4142
    assert.equal("012345BA89abcdef", tostring(data))
    assert.equal(4, items.offset)
    assert.equal(data, items.obj)
    assert.is_true(mview(text):at(0, 1).readonly)
  end)

  it("raises for strides and pointers", function()
    local message = "bad argument #1 to 'at' (not contiguous, use :copy())"
    local strided = {mview(text):sub(1, -1, 2), mview(text):sub(-1, 1, -1),
      mview(text, "B", {4, 4}):transpose(),
      (lend_host.pil {blocks = {"abc", "def"}, format = "B", shape = {2, 3}})}
    for _, v in ipairs(strided) do
      raises(message, v.at, v, 0, 1)
      assert.equal(v:tobytes():sub(2, 3), v:copy():at(1, 2):tobytes())
    end
  end)
end)
