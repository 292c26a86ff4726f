-- Draws the Mandelbrot set, as a PGM image or as text. Four threads draw a
-- quarter each, in shared memory.
--
-- usage: lua examples/workers.lua [FILE]      writes the image to the file
--
-- The threads are made with luv (Debian: lua-luv). Without luv, one state draws
-- all quarters, and the program prints a note.

local mview = require "mview"

local WIDTH <const>, HEIGHT <const> = 256, 192

-- Draws quarter k of the picture in the block with that id. The function runs
-- in a state of its own, so it can use only its arguments.
local function draw(id, k, width, height)
  local memory = require "mview"
  local block <close> = assert(memory.attach(id))
  local columns, rows = width // 2, height // 2
  local left, top = (k - 1) % 2 * columns, (k - 1) // 2 * rows
  local quarter = block:at(64, width * height):cast("B", {height, width})
    :slice({top + 1, top + rows}, {left + 1, left + columns})

  local function depth(x, y)
    local a, b, n = 0.0, 0.0, 0
    while n < 255 and a * a + b * b < 4 do
      a, b, n = a * a - b * b + x, 2 * a * b + y, n + 1
    end
    return n
  end

  for i = 1, rows do
    for j = 1, columns do
      quarter:set(i, j, depth((left + j) / width * 3 - 2.25,
        (top + i) / height * 2.25 - 1.125))
    end
  end
  memory.atomic.add(block:at(0, "I"), 1, 1) -- one more quarter is done
  memory.atomic.notify(block:at(0, "I"), 1)
end

local found, luv = pcall(require, "luv")

-- Runs draw for each quarter; returns a description of the way, and the
-- threads.
local function start(id)
  local threads = {}
  for k = 1, 4 do
    if found then
      threads[k] = luv.new_thread(draw, id, k, WIDTH, HEIGHT)
    else
      draw(id, k, WIDTH, HEIGHT)
    end
  end
  return found and "in four threads" or "in one state: there is no luv", threads
end

-- Waits until four quarters are done.
local function finish(done)
  local n = mview.atomic.load(done, 1)
  while n < 4 do
    mview.atomic.wait(done, 1, n)
    n = mview.atomic.load(done, 1)
  end
end

-- Prints the picture, a letter for 4 times 8 points.
local function show(picture)
  for i = 1, HEIGHT, 8 do
    local line = {}
    for j = 1, WIDTH, 4 do
      local n = picture(i, j)
      line[#line + 1] = (" .:-=+*#%@"):sub(n * 9 // 255 + 1, n * 9 // 255 + 1)
    end
    print((table.concat(line):gsub("%s+$", "")))
  end
end

-- 64 bytes in front of the picture hold the number of quarters that are done.
local block <close> = mview.shared(64 + WIDTH * HEIGHT)
local how, threads = start(block:id())
finish(block:at(0, "I"))
local picture = block:at(64, WIDTH * HEIGHT):cast("B", {HEIGHT, WIDTH})
if arg[1] then
  local file <close> = assert(io.open(arg[1], "wb"))
  file:write(("P5 %d %d 255\n"):format(WIDTH, HEIGHT))
  picture:writeto(file)
else
  show(picture)
end
print(("%d points, drawn %s"):format(picture.nbytes, how))
-- The end of this state unloads luv, so join the threads, which run code of
-- luv; its loop then frees them.
for _, thread in ipairs(threads) do thread:join() end
if found then luv.run() end
