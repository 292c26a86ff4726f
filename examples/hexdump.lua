-- hexdump.lua - prints a file as `hexdump -C` does, in color on a terminal
--
--     lua5.4 examples/hexdump.lua [FILE]        without one: its own source

local mview = require "mview"
local dump = require "mview.dump"

local map <close> = assert(mview.map(arg[1] or arg[0]))
io.write(dump(map, {color = "auto"}))
