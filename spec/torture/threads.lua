--[[
threads.lua - states in several threads that use shared memory

Run by threads.c with the id of a block, the number of the thread and how many
there are. Thread 0 makes the block and returns its id, before there are others;
the last one looks at it when they have ended.

Words of the block: 1 is a count that all add to; 2 and 3 are the barrier.
Behind them lie the ids of blocks, one of each thread, and then some bytes of
each.
]]

-- luacheck: globals barrier
local mview = require "mview"
local atomic = mview.atomic

local id, number, count = ...
local ROUNDS <const>, BYTES <const>, MOST <const> = 200, 1000, 64
local IDS <const> = 512

if number == 0 then
  local made = mview.shared(IDS + 8 * MOST + BYTES * MOST)
  mview.made = made -- which keeps it as long as this state
  return made:id()
end

local block = mview.attach(id)
local words = block:at(0, "I", IDS // 4)
local ids = block:at(IDS, "q", MOST)

local function part(k)
  return block:at(IDS + 8 * MOST + BYTES * (k - 1), BYTES)
end

if number > count then
  local others = 0
  for k = 1, count do
    assert(part(k):count(k) == BYTES)
    if mview.attach(ids[k]) then others = others + 1 end
  end
  assert(words[1] == ROUNDS * count, words[1])
  assert(others == 0, "blocks are left")
  return
end

-- Returns when all threads have called it.
local function meet()
  local turn = atomic.load(words, 3)
  if atomic.add(words, 2, 1) == count - 1 then
    atomic.store(words, 2, 0)
    atomic.add(words, 3, 1)
    atomic.notify(words, 3)
  end
  while atomic.load(words, 3) == turn do atomic.wait(words, 3, turn) end
  barrier()
end

-- Integers that all change.
for _ = 1, ROUNDS do atomic.add(words, 1, 1) end

-- Bytes that each has for itself.
part(number):fill(number)

-- Blocks of each, found by the others, while their makers let go of them.
local function exchange(round)
  local own = mview.shared(100 * number)
  own:fill(number)
  atomic.store(ids, number, own:id())
  meet()
  local views = {}
  for k = 1, count do
    local found = mview.attach(atomic.load(ids, k))
    assert(found:count(k) == 100 * k)
    views[k] = found:view()
    if k % 2 == round % 2 then found:release() end
  end
  meet()
  own:release()
  for k, view in pairs(views) do
    assert(view.valid == (k % 2 ~= round % 2))
    view:release()
  end
end

for round = 1, 5 do
  exchange(round)
  collectgarbage()
  meet()
  assert(not mview.attach(atomic.load(ids, number)))
  meet()
end

-- Many blocks, which the collector takes.
for _ = 1, 100 do mview.attach(mview.shared(1 << 16):id()) end

-- Files that are mapped, cut, read and closed.
local path = os.tmpname()
for _ = 1, 20 do
  local file = assert(io.open(path, "wb"))
  file:write(("x"):rep(100000)):close()
  local map, other = mview.map(path, "r+"), mview.map(path, "r+")
  assert(map:count(120) == 100000)
  other:resize(10)
  local ok, message = pcall(map.count, map, 120)
  assert(not ok and message:find("(its file shrank)", 1, true), message)
  assert(map:resize(5) and map:tobytes() == "xxxxx")
  other:close()
  map:close()
end
os.remove(path)
