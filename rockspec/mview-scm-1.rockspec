rockspec_format = "3.0"
package = "mview"
version = "scm-1"
source = {
  url = "git+https://example.org/mview.git",
}
description = {
  summary = "Python's memoryview for Lua",
  detailed = [[
    A zero-copy, sliceable, castable, typed, N-dimensional view of binary
    memory: strings, bytearrays, mapped files, memory that a C host lends.
  ]],
  license = "MIT",
  labels = {"binary", "buffer", "memory", "mmap", "memoryview"},
}
dependencies = {
  "lua >= 5.4",
}
test_dependencies = {
  "busted",
}
build = {
  type = "builtin",
  modules = {
    mview = {
      incdirs = {"csrc", "csrc/core", "csrc/bind"},
      sources = {
      },
    },
    ["mview.dump"] = "lua/mview/dump.lua",
    ["mview.meta"] = "lua/mview/meta.lua",
    ["mview.reader"] = "lua/mview/reader.lua",
  },
  install = {
    conf = {
      ["include/mview.h"] = "csrc/mview.h",
    },
  },
}
test = {
  type = "command",
  command = "make test",
}
