-- Prints a file as `hexdump -C` does, in color on a terminal.
--
-- usage: lua examples/hexdump.lua [FILE]    default: its own source

local mview = require "mview"
local dump = require "mview.dump"

local map <close> = assert(mview.map(arg[1] or arg[0]))
io.write(dump(map, {color = "auto"}))
