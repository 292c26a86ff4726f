rockspec_format = "3.0"
package = "mview"
version = "scm-1"
source = {
  url = "git+https://github.com/mview/mview.git",
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
        "csrc/bind/api.c",
        "csrc/bind/args.c",
        "csrc/bind/atomic.c",
        "csrc/bind/attr.c",
        "csrc/bind/bulk.c",
        "csrc/bind/bytearray.c",
        "csrc/bind/compare.c",
        "csrc/bind/container.c",
        "csrc/bind/descriptor.c",
        "csrc/bind/exporter.c",
        "csrc/bind/file.c",
        "csrc/bind/formats.c",
        "csrc/bind/futex.c",
        "csrc/bind/growth.c",
        "csrc/bind/index.c",
        "csrc/bind/lease.c",
        "csrc/bind/make.c",
        "csrc/bind/map.c",
        "csrc/bind/mapping.c",
        "csrc/bind/mapping_windows.c",
        "csrc/bind/module.c",
        "csrc/bind/operand.c",
        "csrc/bind/pack.c",
        "csrc/bind/packformat.c",
        "csrc/bind/patterns.c",
        "csrc/bind/pin.c",
        "csrc/bind/reduce.c",
        "csrc/bind/reader.c",
        "csrc/bind/registry.c",
        "csrc/bind/resource.c",
        "csrc/bind/seed.c",
        "csrc/bind/shared.c",
        "csrc/bind/sigbus.c",
        "csrc/bind/slice.c",
        "csrc/bind/store.c",
        "csrc/bind/stream.c",
        "csrc/bind/text.c",
        "csrc/bind/unpack.c",
        "csrc/bind/value.c",
        "csrc/bind/view.c",
        "csrc/bind/win32.c",
        "csrc/bind/writer.c",
        "csrc/core/bytestream.c",
        "csrc/core/byteswap.c",
        "csrc/core/compare.c",
        "csrc/core/convert.c",
        "csrc/core/convertrun.c",
        "csrc/core/copy.c",
        "csrc/core/copyplane.c",
        "csrc/core/copyrun.c",
        "csrc/core/dialect.c",
        "csrc/core/extreme.c",
        "csrc/core/feed.c",
        "csrc/core/fieldnames.c",
        "csrc/core/format.c",
        "csrc/core/hash.c",
        "csrc/core/hex.c",
        "csrc/core/item.c",
        "csrc/core/layout.c",
        "csrc/core/match.c",
        "csrc/core/memfind.c",
        "csrc/core/parse.c",
        "csrc/core/pattern.c",
        "csrc/core/patternscan.c",
        "csrc/core/record.c",
        "csrc/core/reshape.c",
        "csrc/core/search.c",
        "csrc/core/simd.c",
        "csrc/core/status.c",
        "csrc/core/sum.c",
        "csrc/core/typecode.c",
        "csrc/core/walk.c",
      },
    },
    ["mview.dump"] = "lua/mview/dump.lua",
    ["mview.meta"] = "lua/mview/meta.lua",
    ["mview.reader"] = "lua/mview/reader.lua",
    ["mview.writer"] = "lua/mview/writer.lua",
  },
  install = {
    conf = {
      ["LICENSE"] = "LICENSE",
      ["README.md"] = "README.md",
      ["include/mview.h"] = "csrc/mview.h",
      ["include/mview.hpp"] = "csrc/mview.hpp",
    },
  },
}
test = {
  type = "command",
  command = "make test",
}
