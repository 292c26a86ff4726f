-- The messages for beginners' mistakes, word by word. A message always names
-- the function, however it was called, and counts arguments as the caller sees
-- them.

local mview = require "mview"
local names = require "names"
local raises = require "raises"
local reader = require "mview.reader"
local writer = require "mview.writer"
local sizes = require "sizes"

local data = mview.bytearray("hello")
local view = data:view()
local text = mview("hello")
local records = mview.new("h:x:h:y:", 1)
local map = mview.map(nil, "r+", 0, 5)
local grid = mview.new("B", 2, 3)

local BYTES = "string, view or other bytes-like expected, got "
local SIZE = "out of range [0, " .. sizes.most .. "]"

-- the code, the message
local rows = {
  -- making
  {"mview()", "bad argument #1 to 'mview' (" .. BYTES .. "no value)"},
  {"mview(nil)", "bad argument #1 to 'mview' (" .. BYTES .. "nil)"},
  {"mview(5)", "bad argument #1 to 'mview' (" .. BYTES .. "number)"},
  {"mview {1, 2}", "bad argument #1 to 'mview' (" .. BYTES .. "table; "
    .. "mview.from and mview.bytearray take a list)"},
  {"mview(io.stdout)", "bad argument #1 to 'mview' (" .. BYTES .. "FILE*)"},
  {"mview('abc', 5)",
    "bad argument #2 to 'mview' (string expected, got number)"},
  {"mview('abc', 'int')",
    "bad argument #2 to 'mview' (unsupported format 't' at position 3; 'int' "
    .. "is spelt 'i')"},
  {"mview('abc', 'h')", "bad argument #2 to 'mview' (3 bytes are not a "
    .. "multiple of the item size 2 of 'h')"},
  {"mview('abcd', 'h', 2)",
    "bad argument #3 to 'mview' (list of sizes expected, got number)"},
  {"mview.bytearray(-1)",
    "bad argument #1 to 'bytearray' (size -1 " .. SIZE .. ")"},
  {"mview.bytearray(true)", "bad argument #1 to 'bytearray' (bytes-like, "
    .. "list of bytes or integer expected, got boolean)"},
  {"mview.bytearray {300}",
    "bad argument #1 to 'bytearray' ([1]: value 300 out of range [0, 255])"},
  {"mview.bytearray {a = 1}", "bad argument #1 to 'bytearray' (list expected, "
    .. "got a table without item 1)"},
  {"mview:bytearray(3)", "calling 'bytearray' on bad self (list expected, got "
    .. "a table without item 1)"},
  {"mview.new()", "bad argument #1 to 'new' (string expected, got no value)"},
  {"mview.new(10)", "bad argument #1 to 'new' (string expected, got number)"},
  {"mview.new('B')", "bad argument #2 to 'new' (number expected, got no "
    .. "value)"},
  {"mview.from()", "bad argument #1 to 'from' (string expected, got no value)"},
  {"mview.from('B')",
    "bad argument #2 to 'from' (list expected, got no value)"},
  {"mview.new('B', {2, -3})", "bad argument #2 to 'new' (size -3 " .. SIZE
    .. " in dimension 2)"},
  {"mview.new('B', {n = 3})", "bad argument #2 to 'new' (list expected, got a "
    .. "table without item 1)"},
  {"mview.new('B', {2, 3}, 4)",
    "bad argument #2 to 'new' (number expected, got table)"},
  {"mview.new('int24', 2)", "bad argument #1 to 'new' (unsupported format 't' "
    .. "at position 3; 'int24' is spelt 'i3')"},
  {"mview.new('<f4', 2)", "bad argument #1 to 'new' (count without a format at "
    .. "position 3; '<f4' is spelt '<f')"},
  {"mview.new('F', 2)", "bad argument #1 to 'new' (unknown format 'F' at "
    .. "position 1; 'F' is spelt 'Zf')"},
  {"mview.new('T{i3:a:}', 2)", "bad argument #1 to 'new' (count without a "
    .. "format at position 4; an item of 24 bits stands alone, without a count "
    .. "and outside records)"},
  {"mview.new('B', 2, -3)", "bad argument #3 to 'new' (size -3 " .. SIZE
    .. ")"},
  {"mview.from({1, 2})",
    "bad argument #1 to 'from' (string expected, got table)"},
  {"mview.from('B', 5)",
    "bad argument #2 to 'from' (list expected, got number)"},
  {"mview.from('T{B:a:}', {a = 1})", "bad argument #2 to 'from' (list "
    .. "expected, got a table without item 1)"},
  {"mview.from('B', {1, 256})", "bad argument #2 to 'from' ([2]: value 256 "
    .. "out of range [0, 255] for format 'B')"},
  {"mview.from('B', {{1, 2}, {3}})",
    "bad argument #2 to 'from' ([2]: list of 2 items expected, got 1)"},
  {"mview.fromhex('xyz')", "bad argument #1 to 'fromhex' (hexadecimal digit "
    .. "expected at position 1, got 'x')"},
  {"mview.calcsize('O')",
    "bad argument #1 to 'calcsize' (unsupported format 'O' at position 1)"},
  {"mview.map()", "bad argument #1 to 'map' (path, file or descriptor "
    .. "expected, got no value)"},

  -- single items
  {"view[6] = 0", "index 6 out of range [1, 5]"},
  {"view[0] = 0", "index 0 out of range [1, 5]"},
  {"view['1'] = 0", "attempt to assign to '1' of a view"},
  {"view['a\\0b'] = 0", "attempt to assign to 'a\\0b' of a view"},
  {"view.readonly = true", "attempt to assign to 'readonly' of a view"},
  {"text.readonly = false", "attempt to assign to 'readonly' of a view"},
  {"view[1.5] = 0", "index must be an integer, got 1.5"},
  {"view[nil] = 0", "index must be an integer, got nil"},
  {"view[1] = 256", "value 256 out of range [0, 255] for format 'B'"},
  {"view[1] = -1", "value -1 out of range [0, 255] for format 'B'"},
  {"view[1] = 'h'", "integer expected, got string"},
  {"view[1] = 0.5", "number has no integer representation"},
  {"view[1] = nil", "integer expected, got nil"},
  {"text[1] = 0", "attempt to write to a read-only view"},
  {"view(6)", "index 6 out of range [1, 5]"},
  {"view()", "1 index expected, got 0"},
  {"view(1, 2)", "1 index expected, got 2"},
  {"view('first')",
    "bad argument #1 to 'call of a view' (number expected, got string)"},
  {"view(1.5)", "bad argument #1 to 'call of a view' (number has no integer "
    .. "representation)"},
  {"grid(nil, 2)",
    "bad argument #1 to 'call of a view' (number expected, got nil)"},
  {"grid:get(nil, 2)",
    "bad argument #1 to 'get' (number expected, got nil)"},
  {"grid:get(nil, nil)",
    "bad argument #1 to 'get' (number expected, got nil)"},
  {"view:get(0)", "index 0 out of range [1, 5]"},
  {"view:set(1)", "1 index and a value expected, got 1 argument"},
  {"grid:set(1, 255)", "2 indices and a value expected, got 2 arguments"},
  {"view:set(1, 256)", "bad argument #2 to 'set' (value 256 out of range "
    .. "[0, 255] for format 'B')"},
  {"grid[3] = {1, 2, 3}", "index 3 out of range [1, 2] in dimension 1"},
  {"grid(2, 4)", "index 4 out of range [1, 3] in dimension 2"},
  {"grid(1)", "2 indices expected, got 1"},
  {"grid[1] = {1, 2}", "list of 3 items expected, got 2"},
  {"grid[1] = 'ab'", "shape [3] expected, got [2]"},
  {"grid[1] = 5", "bytes-like or list expected, got number"},

  -- slices, casts
  {"view:sub('a')", "bad argument #1 to 'sub' (number expected, got string)"},
  {"view:sub(1, 2, 0)", "bad argument #3 to 'sub' (step is 0)"},
  {"view:sub(1.5)",
    "bad argument #1 to 'sub' (number has no integer representation)"},
  {"view:slice(1, 2)",
    "bad argument #2 to 'slice' (2 selectors for 1 dimension, a range is "
    .. "{i, j} or sub(i, j))"},
  {"grid:slice(1, 2, 3)",
    "bad argument #3 to 'slice' (3 selectors for 2 dimensions)"},
  {"view:slice('1:2')", "bad argument #1 to 'slice' (integer, list {i, j, "
    .. "step} or nil expected, got string)"},
  {"view:slice(9)", "index 9 out of range [1, 5]"},
  {"view:slice({'a'})", "bad argument #1 to 'slice' (integer expected at "
    .. "position 1 of the selector)"},
  {"view:slice {1, 2, 3, 4}", "bad argument #1 to 'slice' (list {i, j, step} "
    .. "expected, got 4 items)"},
  {"view:slice {stop = 2}", "bad argument #1 to 'slice' (list {i, j, step} "
    .. "expected, got a table without items)"},
  {"view:cast()", "bad argument #1 to 'cast' (string expected, got no value)"},
  {"view:cast('B', 2, 3)",
    "bad argument #2 to 'cast' (list of sizes expected, got number)"},
  {"view:cast('k')",
    "bad argument #1 to 'cast' (unknown format 'k' at position 1)"},
  {"view:cast('h')", "bad argument #1 to 'cast' (5 bytes are not a multiple "
    .. "of the item size 2 of 'h')"},
  {"mview('a', 'h')",
    "bad argument #2 to 'mview' (1 byte is not a multiple of the item size 2 "
    .. "of 'h')"},
  {"mview('a', 'B', {2})",
    "bad argument #3 to 'mview' (shape does not fit 1 byte of 'B')"},
  {"view:cast('B', {2, 2})",
    "bad argument #2 to 'cast' (shape does not fit 5 bytes of 'B')"},
  {"data:view():cast('B', {5, 1}):sub(1, -1, 2):cast('h')", "bad argument #1 "
    .. "to 'cast' (3 bytes are not a multiple of the item size 2 of 'h')"},
  {"grid:cast('b', {6}):sub(1, -1, 3):cast('h')",
    "cannot cast without a copy: dimension 1 is strided, use :copy()"},
  {"view:at()", "bad argument #1 to 'at' (number expected, got no value)"},
  {"view:at(1)",
    "bad argument #2 to 'at' (number or format expected, got no value)"},
  {"view:at(6, 0)", "bad argument #1 to 'at' (offset 6 out of range [0, 5])"},
  {"view:at(-1, 1)",
    "bad argument #1 to 'at' (offset -1 out of range [0, 5])"},
  {"view:at(2, 4)",
    "bad argument #2 to 'at' (4 bytes at offset 2, 3 left)"},
  {"view:at(2, '<I')",
    "bad argument #2 to 'at' (4 bytes at offset 2, 3 left)"},
  {"view:at(2, '<H', 2)",
    "bad argument #2 to 'at' (2 items of 2 bytes at offset 2, 3 bytes "
    .. "left)"},
  {"view:at(5, 1)", "bad argument #2 to 'at' (1 byte at offset 5, 0 left)"},
  {"view:at(4, 'B', 2)",
    "bad argument #2 to 'at' (2 items of 1 byte at offset 4, 1 byte left)"},
  {"view:at(0, '0s')",
    "bad argument #2 to 'at' (items of '0s' have size 0)"},
  {"view:at(0, -1)", "bad argument #2 to 'at' (size -1 " .. SIZE .. ")"},
  {"view:sub(1, -1, 2):at(0, 1)",
    "calling 'at' on bad self (not contiguous, use :copy())"},
  {"grid:transpose(1)",
    "bad argument #2 to 'transpose' (2 dimensions expected, got 1)"},
  {"view:transpose(1, 2)",
    "bad argument #2 to 'transpose' (1 dimension expected, got 2)"},
  {"grid:transpose {2, 1}",
    "bad argument #1 to 'transpose' (number expected, got table)"},
  {"grid:transpose(1, 1)",
    "bad argument #2 to 'transpose' (dimension 1 given twice)"},
  {"view:field('x')", "the items have no fields"},
  {"records:field('z')", "bad argument #1 to 'field' (no field 'z')"},
  {"records:field('x\\0')",
    "bad argument #1 to 'field' (no field 'x\\0')"},
  {"records:field(3)",
    "bad argument #1 to 'field' (field 3 out of range [1, 2])"},
  {"records:field()",
    "bad argument #1 to 'field' (name or number expected, got no value)"},
  {"records:field {}",
    "bad argument #1 to 'field' (name or number expected, got table)"},
  {"records[1] = 5", "table expected, got number"},
  {"records[1] = {1}", "no field without a name at position 1"},
  {"records[1] = {x = 1}", "y: integer expected, got nil"},
  {"records[1] = {x = 1, y = 2, z = 3}", "no field 'z' in the format"},
  {"records[1] = {x = 1, y = 2, ['x\\0'] = 3}",
    "no field 'x\\0' in the format"},
  {"records[1] = {x = 1, y = 40000}", "y: value 40000 out of range [-32768, "
    .. "32767] for format 'h:x:h:y:'"},

  -- all at once
  {"view:copyfrom('hi')",
    "bad argument #1 to 'copyfrom' (shape [5] expected, got [2])"},
  {"view:copyfrom {1}",
    "bad argument #1 to 'copyfrom' (list of 5 items expected, got 1)"},
  {"view:copyfrom(5)",
    "bad argument #1 to 'copyfrom' (bytes-like or list expected, got number)"},
  {"view:copyfrom(mview.from('h', {1, 2, 3, 4, 300}))",
    "bad argument #1 to 'copyfrom' (item 5 of format 'h' does not fit format "
    .. "'B': value out of range)"},
  {"mview('', 'B'):copyfrom {}", "attempt to write to a read-only view"},
  {"mview.new('B', 0):copyfrom {n = 1}", "bad argument #1 to 'copyfrom' (list "
    .. "expected, got a table without item 1)"},
  {"mview.new('B', 1, 0)[1] = {n = 1}",
    "list expected, got a table without item 1"},
  {"mview.from('B', {{}, {n = 1}})", "bad argument #2 to 'from' ([2]: list "
    .. "expected, got a table without item 1)"},
  {"mview.new('(0)BB', 1)[1] = {{n = 1}, 2}",
    "[1]: list expected, got a table without item 1"},
  {"text:copyfrom('world')", "attempt to write to a read-only view"},
  {"view:fill()", "bad argument #1 to 'fill' (value expected, got no value)"},
  {"view:fill('x')",
    "bad argument #1 to 'fill' (integer expected, got string)"},
  {"view:tobytes('X')", "bad argument #1 to 'tobytes' (invalid order 'X', "
    .. "expected 'C', 'F' or 'A')"},
  {"view:hex('--')",
    "bad argument #1 to 'hex' (separator must be one character)"},
  {"view:equals(5)", "bad argument #1 to 'equals' (" .. BYTES .. "number)"},
  {"view:equals {1, 2}", "bad argument #1 to 'equals' (" .. BYTES .. "table; "
    .. "mview.from and mview.bytearray take a list)"},
  {"view:mismatch()",
    "bad argument #1 to 'mismatch' (" .. BYTES .. "no value)"},
  {"grid:mismatch('abc')",
    "bad argument #1 to 'mismatch' (shape [2, 3] expected, got [3])"},
  {"view:find({}, 1, true)",
    "bad argument #1 to 'find' (" .. BYTES .. "table)"},
  {"view:find({})", "bad argument #1 to 'find' (string expected, got table)"},
  {"view:find('[')", "malformed pattern (missing ']')"},
  {"view:match()",
    "bad argument #1 to 'match' (string expected, got no value)"},
  {"view:match('%1')", "invalid capture index %1"},
  {"view:gmatch('a', {})",
    "bad argument #2 to 'gmatch' (number expected, got table)"},
  {"view:gmatch('%')()", "malformed pattern (ends with '%')"},
  {"view:rfind(5)", "bad argument #1 to 'rfind' (" .. BYTES .. "number)"},
  {"view:split('')", "bad argument #1 to 'split' (empty separator)"},
  {"view:split()", "bad argument #1 to 'split' (" .. BYTES .. "no value)"},
  {"view:index()", "bad argument #1 to 'index' (value expected, got no value)"},
  {"view:count()", "bad argument #1 to 'count' (value expected, got no value)"},
  {"view:hash()", "cannot hash a view that can be written to"},
  {"view:unpack('I8')",
    "bad argument #1 to 'unpack' (data string too short)"},
  {"view:unpack('k')", "invalid format option 'k'"},
  {"view:unpack('B', 7)",
    "bad argument #2 to 'unpack' (initial position out of string)"},
  {"view:pack('B')", "bad argument #2 to 'pack' (number expected, got no "
    .. "value)"},
  {"view:pack('B', 1)", "bad argument #3 to 'pack' (value expected, got no "
    .. "value)"},
  {"view:pack('BB', 5, 1, 2)",
    "bad argument #2 to 'pack' (2 bytes at position 5, 1 left)"},
  {"view:pack('B', 6, 1)",
    "bad argument #2 to 'pack' (1 byte at position 6, 0 left)"},
  {"view:pack('B', 1, 256)", "bad argument #3 to 'pack' (unsigned overflow)"},
  {"view:readfrom()",
    "bad argument #1 to 'readfrom' (file or descriptor expected, got no "
    .. "value)"},
  {"view:writeto('out.bin')",
    "bad argument #1 to 'writeto' (file or descriptor expected, got string)"},

  -- operators and loops
  {"view .. {}", "attempt to concatenate a table value"},
  {"nil .. view", "attempt to concatenate a nil value"},
  {"view + 1",
    "attempt to perform arithmetic on a mview.view value (global 'view')"},
  {"view < view", "attempt to compare two mview.view values"},
  {"(function() for x in view do return x end end)()",
    "a view is no iterator, use view:iter() or pairs(view)"},
  {"view:append('x')", "attempt to call a nil value (method 'append')"},
  {"#mview('x', 'B', {})", "a view of 0 dimensions has no length"},
  {"setmetatable(view, nil)",
    "bad argument #1 to 'setmetatable' (table expected, got mview.view)"},

  -- bytearrays
  {"data[9] = 1", "index 9 out of range [1, 5]"},
  {"data.x = 1", "attempt to assign to 'x' of a bytearray"},
  {"data[true] = 1", "index must be an integer, got boolean"},
  {"data[1] = 'h'", "integer expected, got string"},
  {"data:append(256)",
    "bad argument #1 to 'append' (value 256 out of range [0, 255])"},
  {"data:append('a', true)", "bad argument #2 to 'append' (bytes-like, list "
    .. "of bytes or integer expected, got boolean)"},
  {"data:insert(1)", "bad argument #2 to 'insert' (bytes-like, list of bytes "
    .. "or integer expected, got no value)"},
  {"data:insert(1, {a = 1})", "bad argument #2 to 'insert' (list expected, got "
    .. "a table without item 1)"},
  {"data:append('a', {a = 1})", "bad argument #2 to 'append' (list expected, "
    .. "got a table without item 1)"},
  {"data:resize()",
    "bad argument #1 to 'resize' (number expected, got no value)"},
  {"data:resize(-1)", "bad argument #1 to 'resize' (size -1 " .. SIZE .. ")"},
  {"data:sub('x')",
    "bad argument #1 to 'sub' (number expected, got string)"},

  -- maps
  {"mview.map('file', 'rw')", "bad argument #2 to 'map' (invalid mode 'rw', "
    .. "expected 'r', 'r+', 'w+' or 'c')"},
  {"mview.map('file', 'r', -1)",
    "bad argument #3 to 'map' (negative offset -1)"},
  {"mview.map(nil)", "bad argument #1 to 'map' (path, file or descriptor "
    .. "expected, got nil; in mode 'r+' nil stands for anonymous memory)"},
  {"mview.map(nil, 'r+')",
    "bad argument #4 to 'map' (anonymous memory needs a length)"},
  {"map[6] = 5", "index 6 out of range [1, 5]"},
  {"map[1] = 256", "value 256 out of range [0, 255] for format 'B'"},
  {"data['x\\0'] = 1", "attempt to assign to 'x\\0' of a bytearray"},
  {"view:tobytes('C\\0')", "bad argument #1 to 'tobytes' (invalid order "
    .. "'C\\0', expected 'C', 'F' or 'A')"},
  {"mview.map('file', 'r\\0')",
    "bad argument #2 to 'map' (string contains zeros)"},
  {"map:advise('normal\\0')",
    "bad argument #1 to 'advise' (string contains zeros)"},
  {"map.size = 5", "attempt to assign to 'size' of a map"},
  {"view.release(map)",
    "bad argument #1 to 'release' (mview.view expected, got mview.map)"},
  {"map:advise()",
    "bad argument #1 to 'advise' (string expected, got no value)"},
  {"map:advise('fast')", "bad argument #1 to 'advise' (invalid hint 'fast', "
    .. "expected 'normal', 'sequential', 'random', 'willneed' or 'dontneed')"},
  {"map:resize()",
    "bad argument #1 to 'resize' (number expected, got no value)"},

  -- the reader
  {"reader()", "bad argument #1 to 'reader' (" .. BYTES .. "no value)"},
  {"reader {1, 2}", "bad argument #1 to 'reader' (" .. BYTES .. "table; "
    .. "mview.from and mview.bytearray take a list)"},
  {"reader(view, 'little')",
    "bad argument #2 to 'reader' ('<' or '>' expected, got 'little')"},
  {"bytes:u64()", "need 8 bytes at position 1, 5 left"},
  {"bytes:bytes()",
    "bad argument #1 to 'bytes' (number expected, got no value)"},
  {"bytes:skip('x')",
    "bad argument #1 to 'skip' (number expected, got string)"},
  {"bytes:peek(1.5)",
    "bad argument #1 to 'peek' (number has no integer representation)"},
  {"bytes:seek()",
    "bad argument #1 to 'seek' (number expected, got no value)"},
  {"bytes:seek('x')",
    "bad argument #1 to 'seek' (number expected, got string)"},
  {"bytes:bytes(-1)",
    "bad argument #1 to 'bytes' (number of bytes expected, got -1)"},
  {"bytes:seek(9)",
    "bad argument #1 to 'seek' (position 9 out of range [1, 6])"},
  {"bytes:u128()", "attempt to call a nil value (method 'u128')"},
  {"bytes:bits(65)",
    "bad argument #1 to 'bits' (number of bits 65 out of range [0, 64])"},
  {"bytes:align(0)", "bad argument #1 to 'align' (alignment 0 out of range "
    .. "[1, 9223372036854775807])"},
  {"bytes:upto('')", "bad argument #1 to 'upto' (empty separator)"},
  {"bytes:upto(10)", "bad argument #1 to 'upto' (" .. BYTES .. "number)"},
  {"bytes:upto('x')", "need 6 bytes at position 1, 5 left"},
  {"bytes:discard()",
    "calling 'discard' on bad self (its source is not a bytearray)"},
  {"bytes.pos = 7", "position 7 out of range [1, 6]"},
  {"bytes.pos = 0", "position 0 out of range [1, 6]"},
  {"bytes.pos = -1", "position -1 out of range [1, 6]"},
  {"bytes.pos = '1'", "position must be an integer, got string"},
  {"bytes.pos = nil", "position must be an integer, got nil"},
  {"bytes.order = '='", "'<' or '>' expected, got '='"},
  {"bytes.order = '<\\0'", "'<' or '>' expected, got '<\\0'"},
  {"bytes['pos\\0'] = 1", "attempt to assign to 'pos\\0' of a reader"},
  {"bytes.order = nil", "'<' or '>' expected, got nil"},
  {"bytes.order = 5", "'<' or '>' expected, got 5"},
  {"reader(view, {})",
    "bad argument #2 to 'reader' ('<' or '>' expected, got table)"},
  {"bytes.view = view", "attempt to assign to 'view' of a reader"},
  {"bytes.u8 = view", "attempt to assign to 'u8' of a reader"},
  {"bytes[1] = 5", "attempt to assign to '1' of a reader"},

  -- the writer
  {"writer(5)", "bad argument #1 to 'writer' (" .. BYTES .. "number)"},
  {"writer('text')", "bad argument #1 to 'writer' (memory is read-only)"},
  {"writer('>')", "bad argument #1 to 'writer' (memory is read-only; the byte "
    .. "order is argument #2)"},
  {"writer(nil, 'little')",
    "bad argument #2 to 'writer' ('<' or '>' expected, got 'little')"},
  {"writer(grid:transpose())",
    "bad argument #1 to 'writer' (memory is not contiguous)"},
  {"out:u8()", "bad argument #1 to 'u8' (integer expected, got no value)"},
  {"out:u8('1')", "bad argument #1 to 'u8' (integer expected, got string)"},
  {"out:u8(1.5)",
    "bad argument #1 to 'u8' (number has no integer representation)"},
  {"out:u8(256)", "bad argument #1 to 'u8' (value 256 out of range [0, 255])"},
  {"out:i24(1 << 23)", "bad argument #1 to 'i24' (value 8388608 out of range "
    .. "[-8388608, 8388607])"},
  {"out:f16(1e6)", "bad argument #1 to 'f16' (value 1000000.0 out of range)"},
  {"out:f64('1')", "bad argument #1 to 'f64' (number expected, got string)"},
  {"out:varint(0.5)",
    "bad argument #1 to 'varint' (number has no integer representation)"},
  {"out:bits(3, 8)", "bad argument #2 to 'bits' (value 8 out of range [0, 7])"},
  {"out:bits(3, -1)",
    "bad argument #2 to 'bits' (value -1 out of range [0, 7])"},
  {"out:string(5)",
    "bad argument #1 to 'string' (string expected, got number)"},
  {"out:cstring('\\0')",
    "bad argument #1 to 'cstring' (string contains zeros)"},
  {"out:bytes(5)", "bad argument #1 to 'bytes' (" .. BYTES .. "number)"},
  {"out:pack('I4')",
    "bad argument #2 to 'pack' (value expected, got no value)"},
  {"out:u64(0)", "need 8 bytes at position 1, 6 left"},
  {"out:seek(0)", "bad argument #1 to 'seek' (position 0 out of range [1, 7])"},
  {"out.pos = 8", "position 8 out of range [1, 7]"},
  {"out.view = 8", "attempt to assign to 'view' of a writer"},

  -- dump
  {"dump()", "bad argument #1 to 'dump' (" .. BYTES .. "nil)"},
  {"dump(view, 8)", "bad argument #2 to 'dump' (table expected, got number)"},
  {"dump(view, {width = 8})", "bad argument #2 to 'dump' (unknown option "
    .. "'width', expected 'offset', 'limit', 'squeeze' or 'color')"},
  {"dump(view, {limit = 'all'})", "bad argument #2 to 'dump' (limit must be a "
    .. "number of bytes, got 'all')"},

  -- . for :
  {"view.sub()",
    "bad argument #1 to 'sub' (mview.view expected, got no value)"},
  {"view.sub(1, 2)",
    "bad argument #1 to 'sub' (mview.view expected, got number)"},
  {"view.tobytes('C')",
    "bad argument #1 to 'tobytes' (mview.view expected, got string)"},
  {"view.fill({}, 0)",
    "bad argument #1 to 'fill' (mview.view expected, got table)"},
  {"data.append('x')",
    "bad argument #1 to 'append' (mview.bytearray expected, got string)"},
  {"data.resize(view, 5)",
    "bad argument #1 to 'resize' (mview.bytearray expected, got mview.view)"},
  {"map.flush(1)",
    "bad argument #1 to 'flush' (mview.map expected, got number)"},
}

for _, name in ipairs {"left", "seek", "skip", "bytes", "string", "cstring",
  "peek", "u8", "i16", "f64", "u24be", "varint", "zigzag", "sleb128",
  "unpack", "line", "upto", "bits", "align", "discard"} do
  rows[#rows + 1] = {("bytes.%s()"):format(name), ("bad argument #1 to '%s' "
    .. "(mview.reader expected, got no value)"):format(name)}
end
for _, name in ipairs {"seek", "skip", "bytes", "string", "cstring", "u8",
  "i16", "f64", "u24be", "varint", "zigzag", "sleb128", "pack", "bits",
  "align", "view"} do
  rows[#rows + 1] = {("out.%s()"):format(name), ("bad argument #1 to '%s' "
    .. "(mview.writer expected, got no value)"):format(name)}
end
rows[#rows + 1] = {"bytes.bytes(4)",
  "bad argument #1 to 'bytes' (mview.reader expected, got number)"}
rows[#rows + 1] = {"bytes.u16(view)",
  "bad argument #1 to 'u16' (mview.reader expected, got mview.view)"}

local globals = setmetatable({mview = mview, data = data, view = view,
  text = text, grid = grid, records = records, map = map,
  dump = require "mview.dump", reader = reader, bytes = reader(view),
  writer = writer, out = writer(grid)},
  {__index = _G})

describe("A message", function()
  for _, row in ipairs(rows) do
    it("is right for " .. row[1], function()
      local code = row[1]:find " = " and row[1] or "local _ = " .. row[1]
      raises(row[2], assert(load(code, "=code", "t", globals)))
      assert.equal("hello", tostring(data))
      assert.same({{0, 0, 0}, {0, 0, 0}}, grid:tolist())
    end)
  end

  it("has the position of the call", function()
    local _, err = pcall(load("\n\nlocal v = ...\nv:sub('x')", "=script"), view)
    assert.equal(
      "script:4: bad argument #1 to 'sub' (number expected, got string)", err)
    _, err = pcall(load("local v = ...\n\nv[9] = 1", "=script"), view)
    assert.equal("script:3: index 9 out of range [1, 5]", err)
  end)
end)

describe("The function of a message", function()
  local method = "bad argument #1 to 'sub' (number expected, got string)"
  local plain = "bad argument #2 to 'sub' (number expected, got string)"
  local ways = {
    {"a method", method, function() local _ = view:sub("x") end},
    {"a field", plain, function() local _ = view.sub(view, "x") end},
    {"a local", plain, function()
      local sub = view.sub
      local _ = sub(view, "x")
    end},
    {"pcall", plain, function()
      error(select(2, pcall(view.sub, view, "x")), 0)
    end},
    {"a pcall of pcall", plain, function()
      error(select(3, pcall(pcall, view.sub, view, "x")), 0)
    end},
    {"a coroutine", plain, function()
      local co = coroutine.create(view.sub)
      error(select(2, coroutine.resume(co, view, "x")), 0)
    end},
    {"a method in a coroutine", method, function()
      local co = coroutine.create(function() local _ = view:sub("x") end)
      error(select(2, coroutine.resume(co)), 0)
    end},
    {"a method of a stripped function", method, load(string.dump(
      assert(load("local v = require 'mview' 'a' local _ = v:sub('x')")),
      true))},
    {"a metamethod", plain, function()
      local _ = setmetatable({}, {__index = function(_, key)
        return view.sub(view, key)
      end}).x
    end},
    {"another function's callback", plain, function()
      string.gsub("x", "x", function(x) return (view.sub(view, x)) end)
    end},
  }
  for _, way in ipairs(ways) do
    it("is named when it is called by " .. way[1], function()
      local ok, err = pcall(way[3])
      assert.is_false(ok)
      assert.equal(way[2], (err:gsub("^[^ ]+:%d+: ", "")
        :gsub("^%?: ", "")))
    end)
  end

  it("is named for each method and each wrong self, through pcall", function()
    for name in pairs(names.methods) do
      local f = view[name]
      local _, err = pcall(f)
      assert.equal(("bad argument #1 to '%s' (mview.view expected, got no "
        .. "value)"):format(name), err)
      for _, self in ipairs {5, "text", true, {}, print, io.stdout,
        coroutine.create(print), mview} do
        err = select(2, pcall(f, self, 1, 1))
        local type_name = self == io.stdout and "FILE*" or type(self)
        assert.equal(("bad argument #1 to '%s' (mview.view expected, got "
          .. "%s)"):format(name, type_name), err)
      end
    end
  end)

  it("is named for a wrong self before other wrong arguments", function()
    local closed = mview.bytearray()
    closed:release()
    for name in pairs(names.methods) do
      for _, wrong in ipairs {print, {x = 1}, 1.5} do
        local _, err = pcall(view[name], io.stdout, wrong, wrong, wrong, wrong)
        assert.equal(("bad argument #1 to '%s' (mview.view expected, got "
          .. "FILE*)"):format(name), err)
        if name ~= "release" then
          raises("attempt to use a released bytearray", view[name], closed,
            wrong, wrong, wrong, wrong)
        end
      end
    end
  end)

  it("is named as a method whose self is wrong", function()
    local other = {sub = view.sub, fill = view.fill}
    raises("calling 'sub' on bad self (mview.view expected, got table)",
      function() local _ = other:sub(1) end)
    raises("calling 'fill' on bad self (mview.view expected, got table)",
      function() other:fill(1) end)
  end)
end)
