---@meta mview

--[[
meta.lua - the types of what the C module has, for editors and type checkers

For LuaLS and others that read LuaCATS annotations; nothing requires this file
at run time. The types of mview.dump and mview.reader stand beside their code,
but for the reader's methods that are made in loops: these are at the end.

Positions and ranges count from 1, negative ones from the end. "Item" is a
value of the view's format, "row" a sub-view of a view of more dimensions.
]]

-- luacheck: ignore 241 631 (declarations are not used; an annotation is a line)

---Formats of PEP 3118 and Python's `struct`, such as "B", "<h", "4s" and
---"T{<I:id:f:x:}"; or one integer in the spelling of `string.pack`, as "<I2".
---@alias mview.format string

---An object with `__buffer` in its metatable: a function that returns another
---bytes-like, or the exporter of a C module.
---@class mview.exporter

---@alias mview.byteslike
---| string
---| mview.view
---| mview.bytearray
---| mview.map
---| mview.exporter

---A file handle, a descriptor, or an object with a method `getfd` or `fileno`.
---@alias mview.channel
---| file*
---| integer
---| {getfd: fun(self): integer}
---| {fileno: fun(self): integer}

---One for each dimension: an index, a range `{i, j, step}`, or nil or `{}` for
---all.
---@alias mview.selector integer | integer[] | nil

---@alias mview.order "C" | "F" | "A"

--------------------------------------------------------------------- module

---@class mview
---@field _VERSION string
---@overload fun(source: mview.byteslike, format?: mview.format, shape?: integer[]): mview.view
local mview = {}

---New memory: that many zero bytes, or a copy of the bytes.
---@param source? integer | mview.byteslike | integer[]
---@return mview.bytearray
function mview.bytearray(source) end

---A view of zeroed items over new memory.
---@param format mview.format
---@param n1 integer items in the first dimension
---@param ... integer items in the further dimensions
---@return mview.view
function mview.new(format, n1, ...) end

---The same with the values of a list, nested for more dimensions.
---@param format mview.format
---@param list any[]
---@return mview.view
function mview.from(format, list) end

---The bytes that pairs of hexadecimal digits name; white space may stand
---between pairs.
---@param digits string
---@return mview.bytearray
function mview.fromhex(digits) end

---Maps a file, or with path nil and mode "r+" shared anonymous memory.
---@param path string?
---@param mode? "r" | "r+" | "c" read-only (default), shared, copy on write
---@param offset? integer bytes, counted from 0
---@param length? integer bytes; default: to the end of the file
---@return mview.map? map nil when the system fails
---@return string? message
---@return integer? errno
function mview.map(path, mode, offset, length) end

---@param x any
---@return boolean
---@nodiscard
function mview.isview(x) end

---The bytes of one item.
---@param format mview.format
---@return integer
---@nodiscard
function mview.calcsize(format) end

----------------------------------------------------------------------- view

---@class mview.view
---@field format mview.format as given, spellings of `string.pack` normalised
---@field itemsize integer bytes of one item
---@field nbytes integer bytes of all items
---@field ndim integer number of dimensions
---@field shape integer[] items in each dimension
---@field strides integer[] bytes from one item to the next in each dimension
---@field suboffsets integer[] empty where there are none
---@field readonly boolean
---@field obj any what owns the memory; nil for a host's
---@field contiguous boolean in C or in Fortran order
---@field c_contiguous boolean
---@field f_contiguous boolean
---@field valid boolean false once the view is dead; never raises
---@field offset integer bytes from the start of the owner's memory
---@field pins integer how many borrowers hold the memory
---@field [integer] any an item, or a row; nil out of range
---@operator len: integer
---@operator concat(mview.byteslike | number): string
---@operator call(integer): any
local view = {}

---A slice of the first dimension, by the rules of `string.sub`.
---@param i? integer default 1, with a negative step -1
---@param j? integer default -1, with a negative step 1
---@param step? integer default 1
---@return mview.view
---@nodiscard
function view:sub(i, j, step) end

---A slice of every dimension.
---@param ... mview.selector
---@return mview.view
---@nodiscard
function view:slice(...) end

---A checked window: that many bytes, or `count` items of a format, from byte
---`offset` on, counted from 0.
---@param offset integer
---@param format integer | mview.format the number of bytes, or a format
---@param count? integer items, default 1
---@return mview.view
---@nodiscard
function view:at(offset, format, count) end

---The items in C order over a new bytearray.
---@return mview.view
---@nodiscard
function view:copy() end

---The dimensions permuted, by default reversed.
---@param ... integer
---@return mview.view
---@nodiscard
function view:transpose(...) end

---Other items over the same bytes.
---@param format mview.format
---@param shape? integer[]
---@return mview.view
---@nodiscard
function view:cast(format, shape) end

---One field of each record; positions count named and unnamed fields.
---@param field string | integer
---@return mview.view
---@nodiscard
function view:field(field) end

---The same memory, read-only.
---@return mview.view
---@nodiscard
function view:toreadonly() end

---Ends this view alone.
function view:release() end

---One item by its full index; raises out of range.
---@param ... integer
---@return any
---@nodiscard
function view:get(...) end

---Sets one item: its full index, then the value.
---@param ... any
function view:set(...) end

---Items (or rows) as results.
---@param i? integer default 1
---@param j? integer default -1
---@return any ...
function view:values(i, j) end

---An iterator over items (or rows), without their index.
---@return fun(): any
---@nodiscard
function view:iter() end

---The items' bytes.
---@param order? mview.order default "C"; "A": as the memory is
---@return string
---@nodiscard
function view:tobytes(order) end

---The items as a list, nested for more dimensions; of 0 dimensions the item.
---@return any
---@nodiscard
function view:tolist() end

---The bytes in hexadecimal digits.
---@param sep? string one character
---@param bytes_per_sep? integer default 1, from the right; negative: the left
---@return string
---@nodiscard
function view:hex(sep, bytes_per_sep) end

---All items from a source of the same shape.
---@param source mview.byteslike | any[]
---@return mview.view self
function view:copyfrom(source) end

---Every item becomes `x`.
---@param x any
---@return mview.view self
function view:fill(x) end

---Reverses the bytes of each number in place.
---@return mview.view self
function view:byteswap() end

---Whether shapes and values are equal.
---@param x mview.byteslike
---@return boolean
---@nodiscard
function view:equals(x) end

---The index of the first item that differs, one number for each dimension (of
---0 dimensions true); nil: none differs.
---@param x mview.byteslike
---@return integer | true | nil
---@return integer ...
---@nodiscard
function view:mismatch(x) end

---The sum of all numbers, of complex ones as a list of two; of none 0.
---@return number | number[]
---@nodiscard
function view:sum() end

---The least number and the full index of the first such item, a NaN if there
---is one; nil: there are no items.
---@return number?
---@return integer ...
---@nodiscard
function view:min() end

---The greatest number, likewise.
---@return number?
---@return integer ...
---@nodiscard
function view:max() end

---The index of the first item equal to `x`, likewise.
---@param x any
---@param i? integer default 1
---@param j? integer default -1
---@return integer | true | nil
---@return integer ...
---@nodiscard
function view:index(x, i, j) end

---How many items are equal to `x`.
---@param x any
---@param i? integer default 1
---@param j? integer default -1
---@return integer
---@nodiscard
function view:count(x, i, j) end

---Where a byte sequence is, in bytes: its first and last byte, or nil.
---@param bytes mview.byteslike
---@param init? integer byte to start at, default 1
---@return integer? first
---@return integer? last
---@nodiscard
function view:find(bytes, init) end

---A hash of the bytes of a read-only view.
---@return integer
---@nodiscard
function view:hash() end

---As `string.byte`.
---@param i? integer default 1
---@param j? integer default i
---@return integer ...
---@nodiscard
function view:byte(i, j) end

---The number of bytes.
---@return integer
---@nodiscard
function view:len() end

---As `string.unpack`: the values, then the position behind them.
---@param format string of `string.pack`
---@param pos? integer in bytes, default 1
---@return any ...
---@nodiscard
function view:unpack(format, pos) end

---As `string.pack`, into the view: returns the position behind the values.
---@param format string of `string.pack`
---@param pos integer in bytes
---@param ... any
---@return integer
function view:pack(format, pos, ...) end

---Fills the view's bytes from a file.
---@param file mview.channel
---@param offset? integer byte of the file from 0; default: where it stands
---@return integer? bytes 0 at the end of the file; nil when the system fails
---@return string? message
---@return integer? errno
function view:readfrom(file, offset) end

---Writes the view's bytes to a file.
---@param file mview.channel
---@param offset? integer byte of the file from 0; default: where it stands
---@return integer? bytes nil when the system fails
---@return string? message
---@return integer? errno
function view:writeto(file, offset) end

------------------------------------------------------------------ bytearray

---@class mview.bytearray : mview.view
---@field [integer] integer a byte; nil out of range
---@operator len: integer
---@operator concat(mview.byteslike | number): string
local bytearray = {}

---A view of all bytes.
---@return mview.view
---@nodiscard
function bytearray:view() end

---Adds bytes at the end.
---@param ... mview.byteslike | integer | integer[]
---@return mview.bytearray self
function bytearray:append(...) end

---Reads a file to its end, or up to `n` bytes, behind the last byte.
---@param file mview.channel
---@param n? integer bytes; default: all there are
---@return integer? bytes 0 at the end of the file; nil when the system fails
---@return string? message
---@return integer? errno
function bytearray:appendfrom(file, n) end

---Puts bytes before byte `i`. Ends all views, but at the end.
---@param i integer negative counts from the end; one behind the last appends
---@param bytes mview.byteslike | integer | integer[]
---@return mview.bytearray self
function bytearray:insert(i, bytes) end

---Removes bytes `i` to `j`, and ends all views.
---@param i integer negative counts from the end
---@param j? integer default i
---@return mview.bytearray self
function bytearray:remove(i, j) end

---Sets the size. New bytes are zero; shrinking ends all views.
---@param n integer bytes
---@return mview.bytearray self
function bytearray:resize(n) end

---Sees to room for so many bytes in all, so that appending need not move them.
---@param n integer bytes
---@return mview.bytearray self
function bytearray:reserve(n) end

---Removes all bytes and ends all views.
---@return mview.bytearray self
function bytearray:clear() end

---Ends the bytearray and all views.
function bytearray:release() end

------------------------------------------------------------------------ map

---@class mview.map : mview.view
---@field [integer] integer a byte; nil out of range
---@operator len: integer
---@operator concat(mview.byteslike | number): string
local map = {}

---A view of all bytes.
---@return mview.view
---@nodiscard
function map:view() end

---Writes bytes i to j to the disk and waits for it.
---@param i? integer default 1
---@param j? integer default -1
---@return true? success nil when the system fails
---@return string? message
---@return integer? errno
function map:flush(i, j) end

---Tells the system how the bytes will be used.
---@param hint "normal" | "sequential" | "random" | "willneed" | "dontneed"
---@return true? success nil when the system fails
---@return string? message
---@return integer? errno
function map:advise(hint) end

---Sets the size of a map of mode "r+", and of its file. Shrinking ends the
---views that were made before.
---@param n integer bytes
---@return true? success nil when the system fails
---@return string? message
---@return integer? errno
function map:resize(n) end

---Ends the map and all views.
function map:close() end

---The same.
function map:release() end

--------------------------------------------------------------------- reader

---@class mview.reader
---@field u16le fun(self): integer
---@field u16be fun(self): integer
---@field u24le fun(self): integer
---@field u24be fun(self): integer
---@field u32le fun(self): integer
---@field u32be fun(self): integer
---@field u64le fun(self): integer
---@field u64be fun(self): integer
---@field i16le fun(self): integer
---@field i16be fun(self): integer
---@field i24le fun(self): integer
---@field i24be fun(self): integer
---@field i32le fun(self): integer
---@field i32be fun(self): integer
---@field i64le fun(self): integer
---@field i64be fun(self): integer
---@field f16le fun(self): number
---@field f16be fun(self): number
---@field f32le fun(self): number
---@field f32be fun(self): number
---@field f64le fun(self): number
---@field f64be fun(self): number

return mview
