-- Makes the collector traverse all memory at each allocation, and run all
-- pending finalizers.

local gc_always = {}

-- Lua 5.5 has other parameters; a step of 0 does all the work.
if _VERSION == "Lua 5.4" then
  function gc_always.start() collectgarbage("incremental", 1, 1000, 63) end

  function gc_always.stop() collectgarbage("incremental", 200, 100, 13) end
else
  local values, before = {pause = 0, stepmul = 0, stepsize = 0}, {}

  function gc_always.start()
    collectgarbage "incremental"
    for name, value in pairs(values) do
      before[name] = collectgarbage("param", name, value)
    end
  end

  function gc_always.stop()
    for name, value in pairs(before) do
      collectgarbage("param", name, value)
    end
  end
end

return gc_always
