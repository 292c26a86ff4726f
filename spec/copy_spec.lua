-- v:copy.

local lend_host = require "lend_host"
local mview = require "mview"

local text = "0123456789abcdef"

describe("copy", function()
  local bytes = mview.bytearray(text)
  local views = {
    ["bytes"] = mview(text), ["nothing"] = mview(""),
    ["items backwards"] = mview(text, "<H"):sub(-1, 1, -1),
    ["columns"] = mview(text, "B", {4, 4}):transpose(),
    ["a part of rows"] = bytes:cast("B", {2, 8}):slice({}, {2, 5}),
    ["an item"] = mview(text, "<I"):slice(2),
    ["records"] = mview(text, "T{<H:a:xB:b:}"):sub(1, -1, 3),
    ["fields"] = mview(text, "T{<H:a:H:b:}"):field("b"),
    ["rows behind pointers"] = lend_host.pil {blocks = {"abc", "def"},
      format = "B", shape = {2, 3}},
    ["items larger than their format"] = lend_host.lend {data = text,
      format = "T{B:a:}", itemsize = 4, shape = {4}},
  }
  for kind, v in pairs(views) do
    it("has format, shape and values of " .. kind, function()
      local copy = v:copy()
      assert.equal(v.format, copy.format)
      assert.same(v.shape, copy.shape)
      assert.equal(v.itemsize, copy.itemsize)
      assert.same(v:tolist(), copy:tolist())
      assert.equal(v:tobytes(), copy:tobytes())
      assert.is_true(copy.c_contiguous)
      assert.equal(0, copy.offset)
    end)

    it("is memory of its own that can be written, of " .. kind, function()
      local before, copy = v:tobytes(), v:copy()
      assert.is_false(copy.readonly)
      assert.are_not.equal(v.obj, copy.obj)
      copy.obj:fill(1)
      assert.equal(before, v:tobytes())
      assert.equal(#before, #copy.obj)
    end)
  end
end)
