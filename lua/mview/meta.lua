---@meta mview

--[[
meta.lua - the types of the C module, for editors and type checkers

For LuaLS and other tools that read LuaCATS annotations. The file is not loaded
at run time. The types of mview.dump are in its own file.

Positions and ranges count from 1, negative ones from the end. An "item" is a
value of the view's format; a "row" is a sub-view of a view with more than one
dimension.
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
---| mview.shared
---| mview.exporter

---A file handle, a descriptor, an object with a method `fileno`, or an object
---of LuaSocket.
---@alias mview.channel
---| file*
---| integer
---| {fileno: fun(self): integer}
---| {getfd: (fun(self): integer), dirty: (fun(self): boolean)?}

---One for each dimension: an index, a range `{i, j, step}`, or nil or `{}` for
---all.
---@alias mview.selector integer | integer[] | nil

---@alias mview.order "C" | "F" | "A"

--------------------------------------------------------------------- module

---@class mview
---@field _VERSION string
---@field atomic mview.atomic integers that several threads or processes change
---@overload fun(source: mview.byteslike, format?: mview.format, shape?: integer[]): mview.view
local mview = {}

---A new bytearray: that many zero bytes, or a copy of the bytes.
---@param source? integer | mview.byteslike | integer[]
---@return mview.bytearray
function mview.bytearray(source) end

---A reader at the first byte of `source`.
---@param source mview.byteslike
---@param order? mview.byteorder default "<"
---@return mview.reader
---@nodiscard
function mview.reader(source, order) end

---A writer into `target`, a new bytearray by default.
---@param target? mview.byteslike
---@param order? mview.byteorder default "<"
---@return mview.writer
---@nodiscard
function mview.writer(target, order) end

---A view of zeroed items over new memory.
---@overload fun(format: mview.format, shape: integer[]): mview.view
---@param format mview.format
---@param n1 integer items in the first dimension
---@param ... integer items in the further dimensions
---@return mview.view
function mview.new(format, n1, ...) end

---A view over new memory with the values of a list; nested lists make dimensions.
---@param format mview.format
---@param list any[]
---@return mview.view
function mview.from(format, list) end

---A byte for each pair of hexadecimal digits; white space between pairs is
---ignored.
---@param digits string
---@return mview.bytearray
function mview.fromhex(digits) end

---Maps a file, or with file nil and mode "r+" shared anonymous memory.
---@param file string | file* | integer | {fileno: fun(self): integer} | nil a path, or an open file
---@param mode? "r" | "r+" | "w+" | "c" read-only (default), shared, made anew, copy on write
---@param offset? integer bytes, counted from 0
---@param length? integer bytes; default: to the end of the file
---@return mview.map? map nil if the system fails
---@return string? message
---@return integer? errno
function mview.map(file, mode, offset, length) end

---A block of zero bytes that all Lua states of the process can attach to.
---@param n integer bytes
---@return mview.shared
function mview.shared(n) end

---The shared block with that id, of any state of the process.
---@param id integer
---@return mview.shared? block nil if no container holds it any more
---@return string? message
function mview.attach(id) end

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
---@field suboffsets integer[] empty unless rows lie behind pointers
---@field readonly boolean
---@field obj any the owner of the memory; nil for memory of a host
---@field contiguous boolean in C or in Fortran order
---@field c_contiguous boolean
---@field f_contiguous boolean
---@field valid boolean false once the view is dead; never raises
---@field offset integer bytes from the start of the owner's memory
---@field pins integer number of borrowers that hold the memory
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

---That many bytes, or `count` items of a format, from byte `offset` on, counted
---from 0. Raises if they exceed the view.
---@param offset integer
---@param format integer | mview.format the number of bytes, or a format
---@param count? integer items, default 1
---@return mview.view
---@nodiscard
function view:at(offset, format, count) end

---A copy of the items, in C order, over a new bytearray.
---@return mview.view
---@nodiscard
function view:copy() end

---Permutes the dimensions; by default reverses them.
---@param ... integer
---@return mview.view
---@nodiscard
function view:transpose(...) end

---Items of another format, or another shape, over the same bytes.
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

---A read-only view of the same memory.
---@return mview.view
---@nodiscard
function view:toreadonly() end

---Ends this view only.
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

---The bytes of the items.
---@param order? mview.order default "C"; "A": as the memory is
---@return string
---@nodiscard
function view:tobytes(order) end

---The items as a list, nested for more dimensions; for 0 dimensions the item.
---@return any
---@nodiscard
function view:tolist() end

---The bytes in hexadecimal digits.
---@param sep? string one character
---@param bytes_per_sep? integer default 1, from the right; negative: the left
---@return string
---@nodiscard
function view:hex(sep, bytes_per_sep) end

---Copies all items from a source of the same shape.
---@param source mview.byteslike | any[]
---@return mview.view self
function view:copyfrom(source) end

---Sets every item to `x`.
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

---The index of the first item that differs, one number for each dimension (true
---for 0 dimensions); nil if all items are equal.
---@param x mview.byteslike
---@return integer | true | nil
---@return integer ...
---@nodiscard
function view:mismatch(x) end

---The sum of all numbers; of complex numbers a list of two; without items 0.
---@return number | number[]
---@nodiscard
function view:sum() end

---The least number, or a NaN if there is one, and the full index of the first
---item with this value; nil without items.
---@return number?
---@return integer ...
---@nodiscard
function view:min() end

---The greatest number and its full index, as `min`.
---@return number?
---@return integer ...
---@nodiscard
function view:max() end

---The index of the first item equal to `x`, one number for each dimension; nil if
---no item is equal.
---@param x any
---@param i? integer default 1
---@param j? integer default -1
---@return integer | true | nil
---@return integer ...
---@nodiscard
function view:index(x, i, j) end

---The number of items equal to `x`.
---@param x any
---@param i? integer default 1
---@param j? integer default -1
---@return integer
---@nodiscard
function view:count(x, i, j) end

---As `string.find`: the first and last byte of a match, and its captures.
---@param pattern string | number | mview.byteslike bytes-like if plain
---@param init? integer byte to start at, default 1
---@param plain? boolean searches for the bytes of `pattern` instead
---@return integer? first
---@return integer? last
---@return any ... captures
---@nodiscard
function view:find(pattern, init, plain) end

---As `string.match`: the captures of the first match, or the whole match.
---@param pattern string | number
---@param init? integer byte to start at, default 1
---@return any ... captures
---@nodiscard
function view:match(pattern, init) end

---As `string.gmatch`: an iterator of matches.
---@param pattern string | number
---@param init? integer byte to start at, default 1
---@return fun(): any ...
---@nodiscard
function view:gmatch(pattern, init) end

---The last occurrence of a byte sequence: its first and last byte, or nil.
---@param bytes mview.byteslike
---@param init? integer byte at or before which it starts
---@return integer? first
---@return integer? last
---@nodiscard
function view:rfind(bytes, init) end

---An iterator of lines.
---@param keep? boolean with their ends
---@return fun(): string?
---@nodiscard
function view:lines(keep) end

---An iterator of the views between occurrences of a byte sequence.
---@param sep mview.byteslike
---@return fun(): mview.view?
---@nodiscard
function view:split(sep) end

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

---As `string.unpack`: returns the values, then the position behind them.
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

---Appends the bytes of a file up to its end, or up to `n` bytes.
---@param file mview.channel
---@param n? integer bytes; default: all bytes of the file
---@return integer? bytes 0 at the end of the file; nil when the system fails
---@return string? message
---@return integer? errno
function bytearray:appendfrom(file, n) end

---Inserts bytes before byte `i`. Ends all views, unless `i` is the end.
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

---Reserves room for `n` bytes in all, so growing up to there moves no bytes.
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

--------------------------------------------------------------------- shared

---@class mview.shared : mview.view
---@field [integer] integer a byte; nil out of range
---@operator len: integer
---@operator concat(mview.byteslike | number): string
local shared = {}

---The argument for `mview.attach` in any state of the process.
---@return integer
---@nodiscard
function shared:id() end

---A view of all bytes.
---@return mview.view
---@nodiscard
function shared:view() end

---Ends this container and all views of it.
function shared:release() end

--------------------------------------------------------------------- atomic

---For one-dimensional views of aligned integers of 4 or 8 bytes in native order.
---@class mview.atomic
local atomic = {}

---Returns the item.
---@param v mview.view
---@param i integer
---@return integer
---@nodiscard
function atomic.load(v, i) end

---Sets the item.
---@param v mview.view
---@param i integer
---@param x integer
function atomic.store(v, i, x) end

---Adds x to the item, wrapping around; returns the old value.
---@param v mview.view
---@param i integer
---@param x integer
---@return integer
function atomic.add(v, i, x) end

---Subtracts x from the item, wrapping around; returns the old value.
---@param v mview.view
---@param i integer
---@param x integer
---@return integer
function atomic.sub(v, i, x) end

---Sets the item to the bitwise "and" with x; returns the old value.
---@param v mview.view
---@param i integer
---@param x integer
---@return integer
function atomic.band(v, i, x) end

---Sets the item to the bitwise "or" with x; returns the old value.
---@param v mview.view
---@param i integer
---@param x integer
---@return integer
function atomic.bor(v, i, x) end

---Sets the item to the bitwise "exclusive or" with x; returns the old value.
---@param v mview.view
---@param i integer
---@param x integer
---@return integer
function atomic.bxor(v, i, x) end

---Sets the item to x; returns the old value.
---@param v mview.view
---@param i integer
---@param x integer
---@return integer
function atomic.exchange(v, i, x) end

---Sets the item to x if it is expected; returns the old value.
---@param v mview.view
---@param i integer
---@param expected integer
---@param x integer
---@return integer
function atomic.compareexchange(v, i, expected, x) end

---If the item, of 4 bytes, is expected, waits until it is notified.
---@param v mview.view
---@param i integer
---@param expected integer
---@param seconds? number default: for ever
---@return "ok" | "not-equal" | "timed-out" | nil outcome nil if the system cannot wait
---@return string? message
---@return integer? errno
function atomic.wait(v, i, expected, seconds) end

---Wakes the threads that wait for the item.
---@param v mview.view
---@param i integer
---@param n? integer default: all
---@return integer? woken nil if the system cannot wait
---@return string? message
---@return integer? errno
function atomic.notify(v, i, n) end

--------------------------------------------------------------------- reader

---@alias mview.byteorder "<" | ">"

---@class mview.reader
---@field pos integer position of the next byte; can be set
---@field order mview.byteorder can be set
---@field view mview.view all bytes
---@field u8 fun(self: mview.reader): integer
---@field i8 fun(self: mview.reader): integer
---@field u16 fun(self: mview.reader): integer
---@field u16le fun(self: mview.reader): integer
---@field u16be fun(self: mview.reader): integer
---@field u24 fun(self: mview.reader): integer
---@field u24le fun(self: mview.reader): integer
---@field u24be fun(self: mview.reader): integer
---@field u32 fun(self: mview.reader): integer
---@field u32le fun(self: mview.reader): integer
---@field u32be fun(self: mview.reader): integer
---@field u64 fun(self: mview.reader): integer
---@field u64le fun(self: mview.reader): integer
---@field u64be fun(self: mview.reader): integer
---@field i16 fun(self: mview.reader): integer
---@field i16le fun(self: mview.reader): integer
---@field i16be fun(self: mview.reader): integer
---@field i24 fun(self: mview.reader): integer
---@field i24le fun(self: mview.reader): integer
---@field i24be fun(self: mview.reader): integer
---@field i32 fun(self: mview.reader): integer
---@field i32le fun(self: mview.reader): integer
---@field i32be fun(self: mview.reader): integer
---@field i64 fun(self: mview.reader): integer
---@field i64le fun(self: mview.reader): integer
---@field i64be fun(self: mview.reader): integer
---@field f16 fun(self: mview.reader): number
---@field f16le fun(self: mview.reader): number
---@field f16be fun(self: mview.reader): number
---@field f32 fun(self: mview.reader): number
---@field f32le fun(self: mview.reader): number
---@field f32be fun(self: mview.reader): number
---@field f64 fun(self: mview.reader): number
---@field f64le fun(self: mview.reader): number
---@field f64be fun(self: mview.reader): number
local reader = {}

---An unsigned LEB128 number. From 2^63 on, the 64 bits as `u64` gives them.
---@return integer
function reader:varint() end

---A signed number that is zigzag-coded in a varint.
---@return integer
function reader:zigzag() end

---A signed LEB128 number.
---@return integer
function reader:sleb128() end

---The next bits, the most significant first.
---@param n integer 0 to 64
---@return integer
function reader:bits(n) end

---The next `n` bytes as a view of the same memory.
---@param n integer
---@return mview.view
function reader:bytes(n) end

---The next `n` bytes as a string.
---@param n integer
---@return string
function reader:string(n) end

---The bytes up to the next zero byte; moves behind the zero.
---@return string
function reader:cstring() end

---The bytes up to the end of the line, or the rest; moves behind the end.
---@return string? line nil at the end
function reader:line() end

---The bytes up to a separator as a view; moves behind the separator.
---@param separator mview.byteslike
---@return mview.view
function reader:upto(separator) end

---Returns values in a format of `string.unpack`.
---@param format string
---@return any ...
function reader:unpack(format) end

---The next byte as a number, or the next `n` bytes as a view. Does not move.
---@overload fun(self: mview.reader): integer
---@param n? integer
---@return mview.view
---@nodiscard
function reader:peek(n) end

---The number of bytes from the position to the end.
---@return integer
---@nodiscard
function reader:left() end

---Moves to a position.
---@param pos integer negative counts from the end
---@return mview.reader self
function reader:seek(pos) end

---Moves `n` bytes on.
---@param n integer
---@return mview.reader self
function reader:skip(n) end

---Moves to the next multiple of `n` bytes from the start.
---@param n integer
---@return mview.reader self
function reader:align(n) end

---Removes the bytes already read from the bytearray.
---@return mview.reader self
function reader:discard() end

--------------------------------------------------------------------- writer

---@class mview.writer
---@field pos integer position of the next byte; can be set
---@field order mview.byteorder can be set
---@field u8 fun(self: mview.writer, x: integer): mview.writer
---@field i8 fun(self: mview.writer, x: integer): mview.writer
---@field u16 fun(self: mview.writer, x: integer): mview.writer
---@field u16le fun(self: mview.writer, x: integer): mview.writer
---@field u16be fun(self: mview.writer, x: integer): mview.writer
---@field u24 fun(self: mview.writer, x: integer): mview.writer
---@field u24le fun(self: mview.writer, x: integer): mview.writer
---@field u24be fun(self: mview.writer, x: integer): mview.writer
---@field u32 fun(self: mview.writer, x: integer): mview.writer
---@field u32le fun(self: mview.writer, x: integer): mview.writer
---@field u32be fun(self: mview.writer, x: integer): mview.writer
---@field u64 fun(self: mview.writer, x: integer): mview.writer
---@field u64le fun(self: mview.writer, x: integer): mview.writer
---@field u64be fun(self: mview.writer, x: integer): mview.writer
---@field i16 fun(self: mview.writer, x: integer): mview.writer
---@field i16le fun(self: mview.writer, x: integer): mview.writer
---@field i16be fun(self: mview.writer, x: integer): mview.writer
---@field i24 fun(self: mview.writer, x: integer): mview.writer
---@field i24le fun(self: mview.writer, x: integer): mview.writer
---@field i24be fun(self: mview.writer, x: integer): mview.writer
---@field i32 fun(self: mview.writer, x: integer): mview.writer
---@field i32le fun(self: mview.writer, x: integer): mview.writer
---@field i32be fun(self: mview.writer, x: integer): mview.writer
---@field i64 fun(self: mview.writer, x: integer): mview.writer
---@field i64le fun(self: mview.writer, x: integer): mview.writer
---@field i64be fun(self: mview.writer, x: integer): mview.writer
---@field f16 fun(self: mview.writer, x: number): mview.writer
---@field f16le fun(self: mview.writer, x: number): mview.writer
---@field f16be fun(self: mview.writer, x: number): mview.writer
---@field f32 fun(self: mview.writer, x: number): mview.writer
---@field f32le fun(self: mview.writer, x: number): mview.writer
---@field f32be fun(self: mview.writer, x: number): mview.writer
---@field f64 fun(self: mview.writer, x: number): mview.writer
---@field f64le fun(self: mview.writer, x: number): mview.writer
---@field f64be fun(self: mview.writer, x: number): mview.writer
local writer = {}

---An unsigned LEB128 number; a negative one as its 64 bits.
---@param x integer
---@return mview.writer self
function writer:varint(x) end

---A signed number, zigzag-coded in a varint.
---@param x integer
---@return mview.writer self
function writer:zigzag(x) end

---A signed LEB128 number.
---@param x integer
---@return mview.writer self
function writer:sleb128(x) end

---Writes `x`, which fits `n` bits, as `n` bits, the most significant first.
---@param n integer 0 to 64
---@param x integer
---@return mview.writer self
function writer:bits(n, x) end

---@param source mview.byteslike
---@return mview.writer self
function writer:bytes(source) end

---@param s string
---@return mview.writer self
function writer:string(s) end

---A string and a zero byte.
---@param s string without zeros
---@return mview.writer self
function writer:cstring(s) end

---The values in a format of `string.pack`.
---@param format string
---@param ... any
---@return mview.writer self
function writer:pack(format, ...) end

---Moves to a position, to write over the bytes there.
---@param pos integer negative counts from the end
---@return mview.writer self
function writer:seek(pos) end

---Writes `n` zero bytes.
---@param n integer
---@return mview.writer self
function writer:skip(n) end

---Writes zero bytes up to the next multiple of `n` bytes from the start.
---@param n integer
---@return mview.writer self
function writer:align(n) end

---A view of the bytes written; of a bytearray, of all bytes.
---@return mview.view
---@nodiscard
function writer:view() end

return mview
