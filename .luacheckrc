std = "lua54"
max_line_length = 80
exclude_files = {"build", "spec/vectors/vectors.lua"}
files["spec"].std = "lua54+busted"
files["lua/mview/meta.lua"].ignore = {"212"} -- declarations have no bodies
