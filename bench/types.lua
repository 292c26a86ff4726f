-- The item types of the rows, as values of their `with`: the format, what
-- NumPy, C and string.unpack call it, an item, and how gsub takes every second.
return {
  {type = "u8", format = "B", size = 1, numpy = "u1", ctype = "uint8_t",
    pack = "B", item = "7", second = "(.)."},
  {type = "i32", format = "i", size = 4, numpy = "i4", ctype = "int32_t",
    pack = "i4", item = "70000", second = "(....)...."},
  {type = "f64", format = "d", size = 8, numpy = "f8", ctype = "double",
    pack = "d", item = "7.5", second = "(........)........"},
}
