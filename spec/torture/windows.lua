--[[
windows.lua - the specs that are not run on Windows, and why

By the path of a spec: why none of it is, or a list of pairs of a Lua pattern
for the titles of cases and why those are not.
]]

local WAIT = "wait and notify are of Linux"
local PROGRAMS = "it starts programs by a POSIX shell"
local PIPE = "a pipe of io.popen is in text mode"
local SIGNALS = "no signals interrupt calls"
local NONBLOCK = "pipes always wait"
local SOCKETS = "sockets have no descriptors"
local RESIDENT = "there is no ps, which tells how much memory is in use"
local PROC = "there is no /proc"
local MAPPED = "a file that is mapped is not cut or deleted"
local FOLDER = "a folder cannot be opened"
local SEEK = "file:seek counts to 2 GiB"
local APPEND = "nothing tells that a file is appended to"

return {
  ["spec/amalgamation_spec.lua"] = PROGRAMS,
  ["spec/asan_spec.lua"] = PROGRAMS,
  ["spec/capi_abi_spec.lua"] = PROGRAMS,
  ["spec/capi_cpp_spec.lua"] = PROGRAMS,
  ["spec/capi_header_spec.lua"] = PROGRAMS,
  ["spec/doc_capi_spec.lua"] = PROGRAMS,
  ["spec/doc_cookbook_spec.lua"] = PROGRAMS,
  ["spec/doc_links_spec.lua"] = PROGRAMS,
  ["spec/doc_reference_spec.lua"] = PROGRAMS,
  ["spec/example_elf_spec.lua"] = PROGRAMS,
  ["spec/example_grep_spec.lua"] = PROGRAMS,
  ["spec/example_hexdump_spec.lua"] = PROGRAMS,
  ["spec/example_png_spec.lua"] = PROGRAMS,
  ["spec/example_resp_spec.lua"] = PROGRAMS,
  ["spec/example_tar_spec.lua"] = PROGRAMS,
  ["spec/example_wav_spec.lua"] = PROGRAMS,
  ["spec/example_workers_spec.lua"] = PROGRAMS,
  ["spec/fork_spec.lua"] = "there is no fork",
  ["spec/host_spec.lua"] = PROGRAMS,
  ["spec/interop_spec.lua"] = PROGRAMS,
  ["spec/interrupt_spec.lua"] = SIGNALS,
  ["spec/layers_spec.lua"] = PROGRAMS,
  ["spec/lighttpd_spec.lua"] = PROGRAMS,
  ["spec/limits_spec.lua"] = PROGRAMS,
  ["spec/package_spec.lua"] = PROGRAMS,
  ["spec/readme_spec.lua"] = PROGRAMS,
  ["spec/redis_spec.lua"] = PROGRAMS,
  ["spec/self_spec.lua"] = PROGRAMS,
  ["spec/shrink_spec.lua"] = MAPPED,
  ["spec/sigbus_spec.lua"] = SIGNALS,
  ["spec/socket_spec.lua"] = SOCKETS,
  ["spec/torture_fuzz_spec.lua"] = PROGRAMS,

  ["spec/atomic_wait_spec.lua"] = WAIT,

  ["spec/atomic_spec.lua"] = {
    {"only be loaded and waited for", WAIT},
  },
  ["spec/bytearray_file_spec.lua"] = {
    {"reads the output of a program", PIPE},
    {"more would block", NONBLOCK},
  },
  ["spec/bytes_spec.lua"] = {
    {"in another process", PROGRAMS},
  },
  ["spec/capi_lend_spec.lua"] = {
    {"ten thousand times", RESIDENT},
  },
  ["spec/descriptor_spec.lua"] = {
    {"behind the end after further writes", "there is no /dev/fd"},
    {"to a pipe that has a reader", "there is no fork"},
    {"would block", NONBLOCK},
    {"when signals interrupt", SIGNALS},
    {"without a reader of a pipe", SIGNALS},
    {"datagrams", SOCKETS},
    {"why it cannot be read or written", FOLDER},
  },
  ["spec/dropin_spec.lua"] = {
    {"of gigabytes", SEEK},
  },
  ["spec/dump_spec.lua"] = {
    {"output is no terminal", PROGRAMS},
  },
  ["spec/file_spec.lua"] = {
    {"the system would ignore", APPEND},
    {"pipes to programs", PIPE},
    {"a file that has no positions", PIPE},
    {"why it cannot be read or written", FOLDER},
  },
  ["spec/map_handle_spec.lua"] = {
    {"of a pipe", PIPE},
    {"of a folder", FOLDER},
    {"of a handle without a descriptor", "all handles have descriptors"},
  },
  ["spec/map_methods_spec.lua"] = {
    {"keeps its offset", MAPPED},
    {"whose file was truncated", MAPPED},
    {"when the memory cannot grow", MAPPED},
    {"gives mapping and descriptor back", PROC},
    {"left to the end of the state", PROGRAMS},
    {"cannot grow its file", PROGRAMS},
  },
  ["spec/memory_spec.lua"] = {
    {"gets huge pages", PROC},
  },
  ["spec/map_spec.lua"] = {
    {"as io.open does: a folder", "io.open finds no folder there"},
    {"refuses a pipe", "there is no mkfifo"},
    {"beyond the range of an int", SEEK},
  },
}
