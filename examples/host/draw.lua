-- draw.lua - the script of the hosts in this folder
-- The host calls draw with its framebuffer, a view of rows, pixels and
-- channels, and revokes the view when draw returns. Then the host calls the
-- other functions, and shows their results or errors. mean is a function of the
-- host.

local script = {}
local kept

-- A disc of a colour around row and column.
local function disc(screen, row, column, radius, colour)
  for y = math.max(row - radius, 1), math.min(row + radius, #screen) do
    local half = math.floor((radius ^ 2 - (y - row) ^ 2) ^ 0.5)
    local pixels = {math.max(column - half, 1), column + half}
    for channel = 1, 3 do
      screen:slice(y, pixels, channel):fill(colour[channel])
    end
  end
end

function script.draw(screen, frame)
  local height, width = table.unpack(screen.shape)
  local red, green = screen:slice({}, {}, 1), screen:slice({}, {}, 2)
  for y = 1, height do red[y]:fill(y * 255 // height) end
  green:fill(64)
  screen:slice({}, {}, 3):copyfrom(red:slice({-1, 1, -1}))
  disc(screen, height // 2, width * frame // 4, 12, {255, 255, 255})
  kept = screen[1]
end

-- Lets the host read bytes of the script.
function script.measure(mean)
  return mean("\1\2\3") + mean(require "mview".from("H", {0x0101, 0x0202}))
end

-- Uses a view of an earlier frame, which is dead.
function script.peek() return kept(1, 1) end

-- Passes the host a value that is not a bytes-like.
function script.mistake(mean)
  local result = mean {}
  return result
end

return script
