--[[
writer.lua - a cursor that writes bytes

    local writer = require "mview.writer"
    local w = writer(nil, ">")            -- into a new bytearray, big-endian
    w:u8(kind):u24(#body):bytes(body)
    socket:send(w:view())

This is the function `writer` of the C module; its types are in meta.lua.
]]

return require("mview").writer
