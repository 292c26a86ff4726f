-- Waiting for an integer to change, between two processes that share a map.

local files = require "files"
local mview = require "mview"
local raises = require "raises"
local unix = require "unix"

local atomic = mview.atomic

local rounds = math.tointeger(os.getenv "MVIEW_ROUNDS")

-- Runs f in a child, g in this process, and waits for the child.
local function beside(f, g)
  local pid = unix.fork(f)
  g()
  assert.equal(0, unix.wait(pid))
end

local function words(n) return mview.map(nil, "r+", 0, 4 * n):cast "I" end

describe("atomic.wait", function()
  it("returns at once if the item has another value", function()
    local v = words(1)
    v[1] = 5
    assert.equal("not-equal", atomic.wait(v, 1, 4))
    assert.equal("not-equal", atomic.wait(v, 1, 4, math.huge))
    assert.equal("not-equal", atomic.wait(v, 1, 4, -math.huge))
  end)

  it("ends after its time; a negative time counts as 0", function()
    local v = words(1)
    for _, seconds in ipairs {0, -1, -math.huge, 0.001, 1e-300, "0.001"} do
      assert.equal("timed-out", atomic.wait(v, 1, 0, seconds))
    end
    assert.equal(0, v.pins)
  end)

  for _, row in ipairs {
    {"bad argument #4 to 'wait' (not a number of seconds)", 0 / 0},
    {"bad argument #4 to 'wait' (number expected, got string)", "soon"},
    {"bad argument #4 to 'wait' (number expected, got table)", {}},
  } do
    it(("refuses %s as a time"):format(row[2]), function()
      raises(row[1], atomic.wait, words(1), 1, 0, row[2])
    end)
  end

  it("and notify take only items of 4 bytes", function()
    local v = mview.new("q", 1)
    raises("bad argument #1 to 'wait' (integers of 4 bytes expected, got "
      .. "format 'q')", atomic.wait, v, 1, 0, 0)
    raises("bad argument #1 to 'notify' (integers of 4 bytes expected, got "
      .. "format 'q')", atomic.notify, v, 1)
  end)

  it("does not end before its time", function()
    local v = words(2)
    local pid = unix.fork(function()
      repeat atomic.notify(v, 1) until atomic.load(v, 2) == 1
    end)
    local outcome = atomic.wait(v, 1, 0, 100)
    atomic.store(v, 2, 1)
    assert.equal(0, unix.wait(pid))
    assert.equal("ok", outcome)
  end)

  it("goes on after signals", function()
    local v = words(1)
    local from, to = unix.pipe()
    unix.feed(to, "x")
    local outcome = atomic.wait(v, 1, 0, 0.05)
    local after = (unix.calm())
    unix.close(from, to)
    assert.equal("timed-out", outcome)
    assert.is_true(after > 0)
  end)
end)

describe("atomic.notify", function()
  it("wakes no thread if no thread waits, or if n is 0", function()
    local v = words(1)
    assert.equal(0, atomic.notify(v, 1))
    assert.equal(0, atomic.notify(v, 1, 0))
    assert.equal(0, atomic.notify(v, 1, math.mininteger))
    assert.equal(0, atomic.notify(v, 1, math.maxinteger))
  end)

  it("wakes a process that waits for anonymous memory", function()
    local v = words(2)
    beside(function()
      local outcome = atomic.wait(v, 1, 0)
      assert(outcome == "ok" or outcome == "not-equal", outcome)
      assert(v[1] == 7)
    end, function()
      atomic.store(v, 1, 7)
      atomic.notify(v, 1)
    end)
  end)

  it("returns the number of threads woken", function()
    local v = words(2)
    local pids, woken = {}, 0
    for i = 1, 4 do
      pids[i] = unix.fork(function()
        assert(atomic.wait(v, 1, 0, 100 + i / 8) == "ok")
        atomic.add(v, 2, 1)
      end)
    end
    while woken < 4 do woken = woken + atomic.notify(v, 1, 1) end
    for _, pid in ipairs(pids) do assert.equal(0, unix.wait(pid)) end
    assert.equal(4, v[2])
    assert.equal(0, atomic.notify(v, 1))
  end)

  it("wakes a process that has mapped the same file", function()
    local path = os.tmpname()
    files.write(path, ("\0"):rep(64))
    beside(function()
      local other <close> = mview.map(path, "r+")
      local v = other:cast "I"
      atomic.store(v, 2, 1)
      atomic.notify(v, 2)
      while atomic.load(v, 1) == 0 do atomic.wait(v, 1, 0) end
    end, function()
      local map <close> = mview.map(path, "r+")
      local v = map:cast "I"
      while atomic.load(v, 2) == 0 do atomic.wait(v, 2, 0) end
      atomic.store(v, 1, 1)
      atomic.notify(v, 1)
    end)
    os.remove(path)
  end)
end)

--[[
A ring buffer of one producer and one consumer: words 1 and 2 are how many
messages were put and taken, so far as the other has been told; the rest are the
messages. Either waits for the other's number to change.
]]
local SLOTS, BATCH <const> = 4096, 64

local function wait_for_change(v, word, seen, counts)
  counts.waits = counts.waits + 1
  atomic.wait(v, word, seen)
  return atomic.load(v, word)
end

local function publish(v, word, n)
  atomic.store(v, word, n)
  atomic.notify(v, word)
end

local function produce(v, count, counts)
  local taken = 0
  for n = 1, count do
    while n - taken > SLOTS do taken = wait_for_change(v, 2, taken, counts) end
    v[2 + (n - 1) % SLOTS + 1] = n * 2654435761 & 0xffffffff
    if n % BATCH == 0 or n == count then publish(v, 1, n) end
  end
end

local function consume(v, count, counts)
  local put, sum = 0, 0
  for n = 1, count do
    while put < n do put = wait_for_change(v, 1, put, counts) end
    sum = (sum * 31 + v[2 + (n - 1) % SLOTS + 1]) & 0xffffffff
    if n % BATCH == 0 or n == count then publish(v, 2, n) end
  end
  return sum
end

describe("A ring buffer between two processes", function()
  it("moves a million messages, and sleeps without messages", function()
    local count = rounds and 20000 or 1000000
    local v = words(2 + SLOTS)
    local produced, consumed = {waits = 0}, {waits = 0}
    local expected, sum = 0, nil
    for n = 1, count do
      expected = (expected * 31 + (n * 2654435761 & 0xffffffff)) & 0xffffffff
    end
    beside(function()
      produce(v, count, produced)
      assert(produced.waits <= count // BATCH + 1)
    end, function() sum = consume(v, count, consumed) end)
    assert.equal(expected, sum)
    assert.equal(count, v[1])
    -- Each wait ends by a number that was published, so no loop spins.
    assert.is_true(consumed.waits <= count // BATCH + 1)
  end)
end)
