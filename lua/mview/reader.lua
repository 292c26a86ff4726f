--[[
reader.lua - a cursor that reads bytes

    local reader = require "mview.reader"
    local r = reader(packet, ">")         -- big-endian unless told otherwise
    local kind, size = r:u8(), r:u24()
    local body = r:bytes(size)            -- a view, without a copy

This is the function `reader` of the C module; its types are in meta.lua.
]]

return require("mview").reader
