-- Bar charts in SVG: the speed of mview relative to a rival, on a logarithmic
-- scale. A tick marks the target, if there is one. The charts have no
-- background and only colours of medium lightness, so they can be read on light
-- and dark pages.

local languages = require "languages"
local report = require "report"

local LINE, TOP = 20, 56
local PLOT, MARGIN = 460, 20 -- the width of the plot, and right of it
local LETTER, SPEED = 7, 46 -- the greatest width of a letter; room for a speed
local left -- of the plot; depends on the longest label
local SLOWEST, FASTEST = -2, 10 -- powers of two at the ends of the axis

local GREY = "#727a84" -- of text and lines
local COLOURS = {lua = "#5b7fd0", cpython = "#d9a32b", numpy = "#4aa58a",
  c = "#9a7fb8", mview = "#8b949e"}

local function escaped(text)
  return (text:gsub("[&<>]", {["&"] = "&amp;", ["<"] = "&lt;",
    [">"] = "&gt;"}))
end

-- The place of a speed on the axis; a speed beyond the axis is drawn at its
-- end.
local function across(speed)
  local power = math.max(SLOWEST, math.min(FASTEST, math.log(speed, 2)))
  return left + (power - SLOWEST) * PLOT / (FASTEST - SLOWEST)
end

local chart = {}

-- A speed as text.
function chart.times(speed)
  return (speed < 10 and "%.2g" or "%.0f"):format(speed) .. "×"
end

local function draw_axis(add, bottom)
  for power = SLOWEST, FASTEST do
    local x = across(2.0 ^ power)
    add('  <path stroke="%s" stroke-opacity="%s" d="M%.1f %dV%d"/>', GREY,
      power == 0 and 1 or 0.35, x, TOP - 4, bottom)
    add('  <text x="%.1f" y="%d" text-anchor="middle">%s</text>', x, TOP - 10,
      power < 0 and "1/" .. (1 << -power) or 1 << power)
  end
end

local function draw_legend(add, used)
  local x = left
  for _, name in ipairs {"lua", "cpython", "numpy", "c", "mview"} do
    if used[name] then
      add('  <rect fill="%s" x="%d" y="8" width="12" height="12"/>',
        COLOURS[name], x)
      add('  <text x="%d" y="18">%s</text>', x + 17, languages[name].title)
      x = x + 80
    end
  end
end

local function draw_bar(add, y, bar)
  local one, x = across(1), across(bar.speed)
  add('  <text x="%d" y="%d" text-anchor="end">%s</text>', left - SPEED, y + 13,
    escaped(bar.label))
  add('  <rect fill="%s" x="%.1f" y="%d" width="%.1f" height="%d"/>',
    COLOURS[bar.language], math.min(one, x), y + 3,
    math.max(1, math.abs(x - one)), LINE - 6)
  if bar.target then
    add('  <path stroke="%s" stroke-width="2" d="M%.1f %dv%d"/>', GREY,
      across(bar.target), y + 1, LINE - 2)
  end
  add('  <text x="%d" y="%d" text-anchor="end">%s</text>', left - 6, y + 13,
    chart.times(bar.speed))
end

local function bars_of(results)
  local bars, used = {}, {}
  report.targets(results, function(row, result, subject)
    if not subject.chart then return end
    used[subject.language] = true
    bars[#bars + 1] = {label = row.name .. " · " .. subject.label,
      language = subject.language, speed = 1 / result.ratio.median,
      target = 1 / subject.atmost}
  end)
  return bars, used
end

-- The chart of bars {label, language, speed, target}; used: the languages in
-- the legend.
function chart.draw(bars, used, note)
  local lines = {}
  local function add(text, ...) lines[#lines + 1] = text:format(...) end
  local height, longest = TOP + LINE * #bars + 8, 0
  for _, bar in ipairs(bars) do
    longest = math.max(longest, utf8.len(bar.label))
  end
  left = SPEED + LETTER * longest
  local width = left + PLOT + MARGIN
  add('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d"',
    width, height)
  add('     width="%d" height="%d" role="img" fill="%s"', width, height, GREY)
  add('     stroke="none" font-family="sans-serif" font-size="12">')
  add("  <title>How many times as fast as its rivals mview is</title>")
  add('  <text x="8" y="18">%s</text>', note)
  draw_legend(add, used)
  draw_axis(add, height - 8)
  for k, bar in ipairs(bars) do draw_bar(add, TOP + LINE * (k - 1), bar) end
  add("</svg>")
  return table.concat(lines, "\n") .. "\n"
end

-- The chart of the rows that are marked for the chart.
function chart.of(results)
  local bars, used = bars_of(results)
  return chart.draw(bars, used, "times as fast as the rival; | the target")
end

return chart
