local shell = require "shell"

local LUA = os.getenv("LUA") or "lua5.4"

local function read(path)
  local file <close> = assert(io.open(path, "rb"))
  return file:read("a")
end

local function write(path, bytes)
  local file <close> = assert(io.open(path, "wb"))
  file:write(bytes)
end

-- A mono WAV file with a chunk of odd size before its samples.
local function wav(samples, bits)
  local data = {}
  for i, sample in ipairs(samples) do data[i] = ("<i2"):pack(sample) end
  local chunks = ("<c4I4I2I2I4I4I2I2"):pack("fmt ", 16, 1, 1, 8000, 16000, 2,
    bits or 16) .. ("<c4s4"):pack("junk", "odd") .. "\0"
    .. ("<c4s4"):pack("data", table.concat(data))
  return ("<c4I4c4"):pack("RIFF", 4 + #chunks, "WAVE") .. chunks
end

local function peak(samples)
  local highest = 0
  for _, sample in ipairs(samples) do
    highest = math.max(highest, math.abs(sample))
  end
  return highest
end

local function halved(samples)
  local half = {}
  for i, sample in ipairs(samples) do half[i] = sample // 2 end
  return half
end

describe("examples/wav.lua", function()
  local path

  before_each(function() path = os.tmpname() end)
  after_each(function() os.remove(path) end)

  local function example()
    return shell(LUA .. " examples/wav.lua " .. path)
  end

  it("halves only the samples of a file, in place", function()
    local samples = {0, 1, -1, 32767, -32768, 1000}
    write(path, wav(samples))
    local output, status = example()
    assert.equal(0, status, output)
    assert.equal(wav(halved(samples)), read(path))
  end)

  it("shows the peak before and after", function()
    local samples = {12, -300, 299}
    write(path, wav(samples))
    assert.equal(("3 samples, peak %d\nhalved in place, peak %d\n" ..
      "private copy silenced, peak 0; in the file, %d\n"):format(
      peak(samples), peak(halved(samples)), peak(halved(samples))),
      (example()))
  end)

  it("writes a tone if there is no file", function()
    os.remove(path)
    local output = example()
    assert.matches("^8000 samples, peak 24000\nhalved in place, peak 12000\n",
      output)
    assert.equal(44 + 2 * 8000, #read(path))
  end)

  it("cleans up its own file without an argument", function()
    local output, status = shell(LUA .. " examples/wav.lua")
    assert.equal(0, status, output)
    assert.matches("peak 24000\n.*peak 12000\n", output)
  end)

  for _, row in ipairs {
    {"what is no WAV file", "RIFX", "not a WAV file"},
    {"8 bits a sample", wav({}, 8), "not 16 bits a sample"},
    {"a file without samples",
      wav({}):gsub("data", "dada"), "no chunk \"data\""},
  } do
    it("refuses " .. row[1], function()
      write(path, row[2])
      local output, status = example()
      assert.equal(1, status)
      assert.matches(row[3], output, 1, true)
    end)
  end
end)
