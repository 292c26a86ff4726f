-- The item types of the rows, as values of their `with`: the format, its names
-- in NumPy, C and string.unpack, an item, and a pattern for gsub that selects
-- every second item.
return {
  {type = "u8", format = "B", size = 1, numpy = "u1", ctype = "uint8_t",
    pack = "B", item = "7", second = "(.)."},
  {type = "i32", format = "i", size = 4, numpy = "i4", ctype = "int32_t",
    pack = "i4", item = "70000", second = "(....)...."},
  {type = "f64", format = "d", size = 8, numpy = "f8", ctype = "double",
    pack = "d", item = "7.5", second = "(........)........"},
}
