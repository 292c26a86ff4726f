-- The languages of the rows' work, by the names that the rows use: the title,
-- the worker's command, the first lines of its work, and a command that prints
-- the version if the language is installed.

local interpreter = 0
while arg[interpreter - 1] do interpreter = interpreter - 1 end
local LUA = arg[interpreter]
local PYTHON = os.getenv("PYTHON") or "/usr/bin/python3"
local LUAJIT = os.getenv("LUAJIT") or "luajit"

local LUA_WORKER = LUA .. " bench/worker.lua"
local PYTHON_WORKER = PYTHON .. " bench/worker.py"
local NUMPY_VERSION = PYTHON ..
  " -c 'import numpy; print(\"NumPy\", numpy.__version__)'"

return {
  mview = {title = "mview", worker = LUA_WORKER, version = LUA .. " -v",
    prelude = "local mview = require 'mview'\n"},
  lua = {title = "Lua", worker = LUA_WORKER, version = LUA .. " -v",
    prelude = ""},
  c = {title = "C", worker = LUA_WORKER, version = LUA .. " -v",
    prelude = ""},
  luajit = {title = "LuaJIT", worker = LUAJIT .. " bench/worker.lua",
    version = LUAJIT .. " -v", prelude = "local ffi = require 'ffi'\n"},
  cpython = {title = "CPython", worker = PYTHON_WORKER,
    version = PYTHON .. " -V", prelude = ""},
  script = {title = "CPython", worker = PYTHON_WORKER .. " script",
    version = PYTHON .. " -V", prelude = ""},
  numpy = {title = "NumPy", worker = PYTHON_WORKER, version = NUMPY_VERSION,
    prelude = "import numpy as np\n"},
  grep = {title = "grep", worker = LUA_WORKER, version = "grep -V",
    prelude = ""},
}
