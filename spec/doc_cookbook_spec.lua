-- Runs each recipe as it is printed. A recipe for a library that is not
-- installed is pending.

local build_env = require "build_env"
local files = require "files"
local shell = require "shell"
local snippets = require "snippets"

local PATH = "doc/cookbook.md"

-- dir(memoryview) of CPython 3.14.
local PYTHON = [[
  __buffer__ __class__ __class_getitem__ __delattr__ __delitem__ __dir__
  __doc__ __enter__ __eq__ __exit__ __format__ __ge__ __getattribute__
  __getitem__ __getstate__ __gt__ __hash__ __init__ __init_subclass__ __iter__
  __le__ __len__ __lt__ __ne__ __new__ __reduce__ __reduce_ex__
  __release_buffer__ __repr__ __setattr__ __setitem__ __sizeof__ __str__
  __subclasshook__ _from_flags c_contiguous cast contiguous count f_contiguous
  format hex index itemsize nbytes ndim obj readonly release shape strides
  suboffsets tobytes tolist toreadonly
]]

-- The first library that a recipe needs and that is not installed.
local function missing(code)
  for _, name in ipairs {"openssl.digest", "zlib", "socket"} do
    if code:find(('require "%s"'):format(name), 1, true)
      and not pcall(require, name) then
      return name
    end
  end
end

-- A Python that has NumPy, or nil.
local function numpy()
  for _, python in ipairs {"python3", "/usr/bin/python3"} do
    if select(2, shell(python .. " -c 'import numpy'")) == 0 then
      return python
    end
  end
end

describe(PATH, function()
  local folder

  setup(function()
    folder = shell("mktemp -d"):gsub("\n", "")
    snippets.compile(PATH, folder, shell("pwd"):gsub("\n", "/csrc"))
  end)

  teardown(function() shell("rm -rf " .. folder) end)

  for _, block in ipairs(snippets.of(PATH, "lua")) do
    local without = missing(block.code)
    it("has the documented output, in line " .. block.line
      .. (without and ", not tried: no " .. without or ""), function()
      local expected = snippets.expected(block.code)
      assert.is_true(#expected > 0)
      if without then return end
      assert.same(expected, snippets.run(block.code, folder))
    end)
  end

  it("maps every name of Python's memoryview", function()
    local part = files.read(PATH):match(
      "\n### From Python's memoryview\n(.-)\n### ")
    for name in PYTHON:gmatch("%S+") do
      assert.is_truthy(part:find("%f[%w_]" .. name .. "%f[^%w_]"), name)
    end
  end)

  local python = numpy()
  it("reads and writes the files of NumPy"
    .. (python and "" or ", not tried: no NumPy"), function()
    if not python then return end
    local recipe
    for _, block in ipairs(snippets.of(PATH, "lua")) do
      if block.code:find("NUMPY", 1, true) then recipe = block.code end
    end
    files.write(folder .. "/arrays.py", [[
import numpy, sys
for code in "? b B <h >h <i >I <q <Q <e >f <d <F >D".split():
  for order in "CF":
    for shape in ((), (5,), (2, 3), (2, 3, 4), (0, 2)):
      a = numpy.arange(numpy.prod(shape, dtype=int)).astype(code)
      a = numpy.asarray(a.reshape(shape), order=order)
      name = "%s%s%d" % (a.dtype.str[1:], order, a.ndim * 100 + a.size)
      name = name.replace("|", "") + ("l" if a.dtype.str[0] == "<" else "b")
      if sys.argv[1] == "save":
        numpy.save(name + ".npy", a)
        print(name)
      else:
        b = numpy.load(name + ".npy.copy.npy")
        assert b.shape == a.shape and b.dtype == a.dtype, name
        assert (a == b).all(), name
]])
    local run = ("sh -c 'cd %s && %s arrays.py %%s'"):format(folder, python)
    local names = build_env(run:format("save"))
    local code = {recipe}
    for name in names:gmatch("%S+") do
      code[#code + 1] = ("save(%q, load(%q))"):format(name .. ".npy.copy.npy",
        name .. ".npy")
    end
    assert.is_true(#code > 100)
    assert.same(snippets.expected(recipe),
      snippets.run(table.concat(code, "\n"), folder))
    assert.equal("", build_env(run:format("check")))
  end)
end)
