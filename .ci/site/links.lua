-- A filter of pandoc: links to Markdown files lead to the pages made of them.
-- All pages are in one folder, and the page of README.md is index.html.

local function to_page(target)
  if target:find("^%a+:") then return target end
  local path, anchor = target:match("^([^#]*)(.*)$")
  local name = path:match("[^/]*$"):gsub("^README%.md$", "index.html")
    :gsub("%.md$", ".html")
  return name .. anchor
end

return {{
  Link = function(link)
    link.target = to_page(link.target)
    return link
  end,
  Image = function(image)
    image.src = to_page(image.src)
    return image
  end,
}}
