-- Links and anchors of the documents, as Markdown and as the pages that
-- `make doc` makes of them.

local files = require "files"
local make = require "make"
local shell = require "shell"

local DOCUMENTS = {}
for path in shell("ls *.md doc/*.md bench/results.md"):gmatch("%S+") do
  DOCUMENTS[#DOCUMENTS + 1] = path
end

-- The text without blocks and spans of code.
local function prose(path)
  return (files.read(path):gsub("\n```.-\n```", ""):gsub("`[^`\n]*`", "`"))
end

-- The anchors that GitHub gives to the headings of a document.
local function anchors(path)
  local list, times = {}, {}
  for heading in ("\n" .. files.read(path):gsub("\n```.-\n```", ""))
    :gmatch("\n#+ ([^\n]+)") do
    local anchor = heading:lower():gsub("[^%w%- _]", ""):gsub(" ", "-")
    times[anchor] = (times[anchor] or -1) + 1
    if times[anchor] > 0 then anchor = anchor .. "-" .. times[anchor] end
    list[anchor] = true
  end
  return list
end

local function parts(link)
  return link:match("^([^#]*)#?(.*)$")
end

describe("The links of a document", function()
  for _, path in ipairs(DOCUMENTS) do
    it("lead to existing files and headings, in " .. path, function()
      for link in prose(path):gmatch("%]%(([^)%s]+)%)") do
        local file, anchor = parts(link)
        if not link:find("^%a+:") then
          file = file == "" and path or (path:match("^.*/") or "") .. file
          assert.is_true(files.exists(file), link)
          assert.is_true(anchor == "" or anchors(file)[anchor], link)
        end
      end
    end)
  end
end)

local has_pandoc = select(2, shell "command -v pandoc") == 0

describe("make doc", function()
  local folder

  setup(function()
    folder = shell("mktemp -d"):gsub("\n", "")
    if has_pandoc then make(("pages SITE=%s"):format(folder)) end
  end)

  teardown(function() shell("rm -rf " .. folder) end)

  local function pages()
    return shell(("cd %s && ls *.html"):format(folder)):gmatch("%S+")
  end

  it("makes a page of each document, which the menu names"
    .. (has_pandoc and "" or ", not tried: no pandoc"), function()
    if not has_pandoc then return end
    local menu = files.read(".ci/site/menu.html")
    local count = 0
    for page in pages() do
      assert.matches(('href="%s"'):format(page), menu, 1, true)
      count = count + 1
    end
    assert.equal(#DOCUMENTS, count)
  end)

  it("makes links that lead to existing pages and anchors"
    .. (has_pandoc and "" or ", not tried: no pandoc"), function()
    if not has_pandoc then return end
    local count = 0
    for page in pages() do
      local text = files.read(folder .. "/" .. page)
      for kind, link in text:gmatch('%f[%w](%a+)="([^"]*)"') do
        if (kind == "href" or kind == "src") and not link:find("^%a+:") then
          local file, anchor = parts(link)
          file = folder .. "/" .. (file == "" and page or file)
          assert.is_true(files.exists(file), page .. ": " .. link)
          assert.is_true(anchor == "" or files.read(file):find(
            ('id="%s"'):format(anchor), 1, true) ~= nil, page .. ": " .. link)
          count = count + 1
        end
      end
    end
    assert.is_true(count > 100)
  end)
end)
