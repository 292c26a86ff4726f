-- The cost of access to the bytes of an argument in a function of a C module.

local CAPI = "require 'mview' local capi = require 'capi' "
local STRING = CAPI .. "local s = random(100) "
local VIEW = STRING .. "local v = mview(s) "
local LONG = CAPI .. "local t = random(4096) "

-- A row with one function call in each run; each subject has a function and its
-- argument.
local function calls(row, name, subjects)
  local made = {name = name, items = 100000}
  for _, one in ipairs(subjects) do
    local language, f, argument, setup, atmost = table.unpack(one, 1, 5)
    table.insert(made, {language, ("%s(%s)"):format(f, argument),
      setup .. "local f = capi." .. f,
      ("for i = 1, 100000 do f(%s) end"):format(argument), atmost = atmost})
  end
  row(made)
end

local function revoked(row)
  local body = "for i = 1, #loans do revoke(loans[i]) end " ..
    "for i = 1, #loans do kept[i], loans[i] = lend() end"
  local function among(n)
    return CAPI .. ([[
      local lend, revoke, open = capi.lend, capi.revoke, {}
      for i = 1, %d do open[i] = lend() end
      local loans, kept = {}, {}
      for i = 1, 1000 do kept[i], loans[i] = lend() end
    ]]):format(n)
  end
  row {name = "lend and revoke among others", items = 1000,
    {"mview", "100,000 open loans", among(100000), body},
    {"mview", "1,000 open loans", among(1000), body, atmost = 1.25},
  }
end

return function(row)
  calls(row, "peek of a string", {
    {"mview", "peek", "s", STRING},
    {"c", "luaL_checklstring", "s", STRING, 1.3},
  })
  calls(row, "mview_checklstring of a string", {
    {"mview", "mview_checklstring", "s", STRING},
    {"c", "luaL_checklstring", "s", STRING, 1.3},
  })
  calls(row, "peek of a view", {
    {"mview", "peek", "v", VIEW},
    {"c", "luaL_checklstring", "s", STRING, 3},
  })
  calls(row, "borrow of a string", {
    {"mview", "borrow", "s", STRING},
    {"mview", "peek", "s", STRING, 3},
  })
  calls(row, "borrow of a string of 4 KiB", {
    {"mview", "borrow", "t", LONG},
    {"mview", "peek", "t", LONG, 3},
  })
  calls(row, "borrow of a view", {
    {"mview", "borrow", "v", VIEW},
    {"mview", "peek", "v", VIEW},
  })
  calls(row, "lend, call and revoke", {
    {"mview", "frame", "nothing", CAPI .. "local nothing = capi.nothing "},
    {"c", "nothing", "nothing", CAPI .. "local nothing = capi.nothing "},
  })
  revoked(row)
end
