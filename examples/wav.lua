-- Halves the volume of a 16-bit WAV file in place, through a mapping of the
-- file. Then silences a private copy, which leaves the file unchanged.
--
-- usage: lua examples/wav.lua [FILE]
-- If FILE does not exist, it is created with one second of a tone. Without FILE
-- a temporary file is used.

local mview = require "mview"

local RATE, HERTZ, VOLUME = 8000, 440, 24000

local function write_tone(path)
  local samples = mview.new("<h", RATE)
  for i = 1, RATE do
    samples[i] = math.floor(
      VOLUME * math.sin(2 * math.pi * HERTZ * (i - 1) / RATE))
  end
  local file <close> = assert(io.open(path, "wb"))
  file:write(("<c4I4c4 c4I4I2I2I4I4I2I2 c4I4"):pack(
    "RIFF", 36 + samples.nbytes, "WAVE",
    "fmt ", 16, 1, 1, RATE, RATE * 2, 2, 16, -- PCM, mono, 16 bits
    "data", samples.nbytes))
  samples:writeto(file)
end

-- The body of the chunk named `id`, as a view of the file.
local function chunk(file, id)
  local position = 13 -- behind "RIFF", its size, "WAVE"
  while position + 7 <= #file do
    local name, size, start = file:unpack("<c4I4", position)
    if name == id then return file:at(start - 1, size) end
    position = start + size + size % 2
  end
  error(("no chunk %q"):format(id))
end

-- The samples of all channels: numbers in the mapped file itself.
local function samples_of(map)
  assert(map:sub(1, 4):equals("RIFF") and map:sub(9, 12):equals("WAVE"),
    "not a WAV file")
  assert(chunk(map, "fmt "):at(14, "<H")[1] == 16, "not 16 bits a sample")
  return chunk(map, "data"):cast("<h")
end

local function peak(samples)
  return math.max(samples:max() or 0, -(samples:min() or 0))
end

local path = arg[1] or os.tmpname()
local existing = arg[1] and io.open(path)
if existing then existing:close() else write_tone(path) end

local map <close> = assert(mview.map(path, "r+"))
local samples = samples_of(map)
print(("%d samples, peak %d"):format(#samples, peak(samples)))
for i = 1, #samples do samples[i] = samples[i] // 2 end
print(("halved in place, peak %d"):format(peak(samples)))

local private <close> = assert(mview.map(path, "c"))
local copy = samples_of(private)
copy:fill(0)
print(("private copy silenced, peak %d; in the file, %d")
  :format(peak(copy), peak(samples)))

if not arg[1] then os.remove(path) end
