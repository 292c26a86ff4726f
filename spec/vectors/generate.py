#!/usr/bin/env python3
"""generate.py - makes conformance vectors: cases with the answers of CPython's
memoryview, struct, list and bytearray, and of NumPy

usage: python3 spec/vectors/generate.py SEED N >FILE

The same seed gives the same N cases. Each line is a Lua chunk that returns a
table; spec/support/vectors.lua replays them. Indices count from 0, slices are
Python's. Where both memoryview and NumPy can answer, they must agree, or the
generator fails.
"""
import math
import random
import struct
import sys

import numpy as np
from _testbuffer import ND_WRITABLE, ndarray

LITTLE = sys.byteorder == "little"
NATIVE = "nNP"  # codes that only native formats have
CODES = "bBhHiIlLqQfde?c"
CASTABLE = list("bBhHiIlLqQfd?cnNP")  # "e" only since CPython 3.12
DTYPES = {"?": "?", "c": "S1", "n": "i8", "N": "u8", "P": "u8"}
ERRORS = (TypeError, ValueError, IndexError)


class Complex:
    """A complex value, its parts as C prints them."""

    def __init__(self, value):
        self.parts = [float(value.real), float(value.imag)]


class Float(float):
    """A float argument, written as a Lua number; values of items are written
    in hexadecimal."""


# ---- Lua -------------------------------------------------------------------

def quote(text):
    out = []
    for char in text:
        safe = 32 <= ord(char) < 127 and char not in '"\\'
        out.append(char if safe else "\\%03d" % ord(char))
    return '"' + "".join(out) + '"'


def hex_float(x):
    special = "nan" if math.isnan(x) else "inf" if x > 0 else "-inf"
    return x.hex() if math.isfinite(x) else special


def lua(x):
    if isinstance(x, Complex):
        return "{z=%s}" % lua(list(map(hex_float, x.parts)))
    if x is None:
        return "NULL"
    if isinstance(x, bool):
        return "true" if x else "false"
    if isinstance(x, int):
        return str(x) if abs(x) <= 1 << 53 else '{i="%d"}' % x
    if isinstance(x, Float):
        return repr(float(x))
    if isinstance(x, float):
        return '{f="%s"}' % hex_float(x)
    if isinstance(x, bytes):
        return '{b="%s"}' % x.hex()
    if isinstance(x, str):
        return quote(x)
    if isinstance(x, (list, tuple)):
        return "{" + ",".join(map(lua, x)) + "}"
    return "{" + ",".join("%s=%s" % (k, lua(x[k])) for k in sorted(x)) + "}"


# ---- formats ---------------------------------------------------------------

def native_format():
    """A format that memoryview casts to."""
    return random.choice(["", "@"]) + random.choice(CASTABLE)


def a_format():
    """A format of one code, in any byte order."""
    order = random.choice(["", "", "@", "<", ">", "=", "!"])
    return order + random.choice(CODES + NATIVE * (order in ("", "@")))


def a_long_format():
    """A format of several codes with counts and padding."""
    order = random.choice(["", "@", "<", ">", "=", "!"])
    codes = CODES + NATIVE * (order in ("", "@")) + "sspppx"
    parts = [random.choice(["", "", "", "0", "1", "2"])
             + random.choice(codes) + random.choice(["", "", "", " "])
             for _ in range(random.choice((1, 1, 2, 2, 3)))]
    fmt = order + "".join(parts)
    if "0p" in fmt or not struct.unpack(fmt, bytes(size_of(fmt))) \
            or size_of(fmt) == 0:
        return a_long_format()
    return fmt


def any_format():
    return a_long_format() if random.random() < .25 else a_format()


def size_of(fmt):
    return struct.calcsize(fmt)


def is_single(fmt):
    """Whether a format is one code, with or without a byte order."""
    return fmt.lstrip("@=<>!") in list(CODES + NATIVE)


def dtype_of(fmt):
    """NumPy's type for a format of one code."""
    code = fmt[-1]
    if code in DTYPES:
        return np.dtype(DTYPES[code])
    kind = "f" if code in "efd" else "i" if code.islower() else "u"
    swapped = (">" if LITTLE else "<") in fmt or fmt[0] == "!" and LITTLE
    return np.dtype("%s%s%d" % (">" if swapped == LITTLE else "<", kind,
                                size_of(fmt)))


def needs(*formats):
    """The requirements on a machine that gives the same answers: "le", little-
    endian; "lp64", a long and pointers of 64 bits."""
    need = set()
    for fmt in formats:
        try:
            if size_of(fmt) > 1 and fmt[0] not in "<>!":
                need.add("le")
        except struct.error:
            continue
        if fmt and fmt[0] not in "<>!=" and set(fmt) & set("lLnNP"):
            need.add("lp64")
    return {"need": sorted(need)} if need else {}


def as_item(values):
    """The value of an item, made of the values that struct unpacks from it."""
    return values[0] if len(values) == 1 else {"t": list(values)}


def items(fmt, array):
    """The values of an array of items' bytes, as nested lists."""
    if array.ndim == 0:
        return as_item(struct.unpack(fmt, array.tobytes()))
    return [items(fmt, array[i, ...]) for i in range(len(array))]


def same(a, b):
    return lua(a) == lua(b)


# ---- views -----------------------------------------------------------------

def some_bytes(n):
    kind = random.randrange(4)
    if kind == 0:
        return bytes((3 + 7 * i) & 255 for i in range(n))
    if kind == 1:
        return bytes(random.choice((0, 0, 1, 127, 128, 255)) for _ in range(n))
    return random.randbytes(n)


def a_shape(least=1, most=4):
    sizes = (1, 2, 2, 3) if random.random() < .85 else (0, 1, 2)
    return [random.choice(sizes) for _ in range(random.randint(least, most))]


def a_slice(n):
    if random.random() < .3:
        return [None, None, None]

    def bound():
        return None if random.random() < .5 else random.randint(-n - 1, n + 1)
    steps = (None, None, 1, 1, 1, 2, 3, -1, -1, -2, -3)
    return [bound(), bound(), random.choice(steps)]


def key_of(chosen):
    return tuple(slice(*s) if isinstance(s, list) else s for s in chosen)


def refusal(err, **more):
    return dict(type=type(err).__name__, msg=str(err), **more)


def in_orders(array):
    """The bytes of an array in C order, and in the other orders if they
    differ."""
    out = {order: array.tobytes(order).hex() for order in "CFA"}
    return {order: out[order] for order in "CFA"
            if order == "C" or out[order] != out["C"]}


def address(array):
    return array.__array_interface__["data"][0]


class View:
    """A view that operations change: a NumPy array of its items' bytes, and a
    memoryview, or None once an operation is not one of memoryview's."""

    def __init__(self, base, data, fmt, array, view=None):
        self.base, self.data, self.fmt = base, data, fmt
        self.array, self.view = array, view
        self.start = address(array) - base.get("offset", 0)
        self.ro, self.ops, self.formats = base["ro"], [], [fmt]

    def offset(self):
        return address(self.array) - self.start

    def sub(self, *chosen):
        """Selects items: by an integer or [start, stop, step] for each
        dimension."""
        self.ops.append(["sub", list(chosen)])
        if self.view is not None:
            if len(chosen) == 1 and isinstance(chosen[0], list):
                self.view = self.view[slice(*chosen[0])]
            else:
                self.view = None
        self.array = self.array[key_of(chosen) + (Ellipsis,)]

    def transpose(self):
        order = random.sample(range(self.array.ndim), self.array.ndim)
        self.ops.append(["transpose", order])
        self.view, self.array = None, self.array.transpose(order)

    def toreadonly(self):
        self.ops.append(["toreadonly"])
        self.ro = True
        if self.view is not None:
            self.view = self.view.toreadonly()

    def cast(self, fmt, shape=None):
        self.ops.append(["cast", fmt] + ([] if shape is None else [shape]))
        half = fmt[-1:] == "e" and fmt[:-1] in ("", "@")
        self.formats.append(fmt)
        self.view = self.view.cast(fmt[:-1] + "H" if half else fmt,
                                   *([] if shape is None else [shape]))
        self.fmt = fmt
        self.array = np.ndarray(self.view.shape, "V%d" % size_of(fmt),
                                self.data, self.offset() if self.array.size
                                else 0)

    def release(self):
        self.ops.append(["release"])
        self.view.release()

    def side(self):
        return {"base": self.base, "ops": self.ops}

    def needs(self):
        return needs(*self.formats)

    def items(self):
        out = items(self.fmt, self.array)
        if is_single(self.fmt) and self.array.size and self.fmt[-1] != "c":
            typed = np.ndarray(self.array.shape, dtype_of(self.fmt), self.data,
                               self.offset(), self.array.strides)
            assert same(out, typed.tolist()), (self.side(), out)
        return out

    def expect(self):
        """The answers of NumPy, checked against the memoryview."""
        array, size, fmt = self.array, size_of(self.fmt), self.fmt
        out = {"fmt": fmt, "itemsize": size, "ro": self.ro,
               "shape": list(array.shape), "strides": list(array.strides),
               "c": bool(array.flags.c_contiguous),
               "f": bool(array.flags.f_contiguous),
               "tolist": self.items(), **in_orders(array)}
        if array.size:
            out["offset"] = self.offset()
        view = self.view
        if view is not None:
            assert view.tobytes("C").hex() == out["C"], self.side()
            assert list(view.shape) == out["shape"], self.side()
            assert view.readonly == self.ro
            if view.format == fmt and fmt.lstrip("@") in CASTABLE:
                assert same(view.tolist(), out["tolist"]), self.side()
        return out


def bytes_view(n, ro=None):
    ro = random.random() < .5 if ro is None else ro
    data = bytearray(some_bytes(n))
    memory = memoryview(data)
    return View({"hex": data.hex(), "ro": ro}, data, "B",
                np.ndarray((n,), "V1", data),
                memory.toreadonly() if ro else memory)


def cast_view(fmt, n, ro=None):
    """A view of n items, or of a shape if n is a list."""
    shape = n if isinstance(n, list) else None
    v = bytes_view(size_of(fmt) * (math.prod(shape) if shape else n), ro)
    v.cast(fmt, shape)
    return v


def geometry(fmt, shape, spread=False, whole=False, ro=None):
    """A view with strides of either sign in any order. spread: no two items
    share memory. whole: the memory is a whole number of items, so the view has
    a memoryview."""
    size, ndim = size_of(fmt), len(shape)
    strides, step = [0] * ndim, size
    for d in random.sample(range(ndim), ndim) if random.random() < .4 \
            else range(ndim - 1, -1, -1):
        strides[d] = step if spread or random.random() < .9 else 0
        gap = random.choice((0, 0, 0, size))
        step = max(step, strides[d] * shape[d]) + gap
        strides[d] *= random.choice((1, 1, 1, -1))
    low = sum(s * (n - 1) for s, n in zip(strides, shape) if s < 0 < n)
    high = sum(s * (n - 1) for s, n in zip(strides, shape) if s > 0 < n)
    offset = random.choice((0, 0, 0, 1, 2)) * (size if whole else 1) - low
    data = bytearray(some_bytes(offset + high + size
                                + (0 if whole else random.choice((0, 0, 1)))))
    base = {"hex": data.hex(), "fmt": fmt, "shape": shape, "strides": strides,
            "offset": offset, "ro": random.random() < .5 if ro is None else ro}
    v = View(base, data, fmt, np.ndarray(shape, "V%d" % size, data, offset,
                                         strides))
    if whole:
        remember(v)
    return v


def remember(v):
    """Makes the memoryview of a view of whole items, after a change."""
    # rewrite the items, so that each value has one encoding
    for i in range(0, len(v.data), size_of(v.fmt)):
        struct.pack_into(v.fmt, v.data, i, *struct.unpack_from(v.fmt, v.data,
                                                               i))
    values = [x[0] if len(x) == 1 else x
              for x in struct.iter_unpack(v.fmt, v.data)]
    base = v.base
    base["hex"] = v.data.hex()
    v.view = memoryview(ndarray(
        values if base["shape"] else values[base["offset"] // size_of(v.fmt)],
        shape=base["shape"], strides=base["strides"], format=v.fmt,
        offset=base["offset"] if base["shape"] else 0,
        flags=0 if base["ro"] else ND_WRITABLE))


# ---- cases -----------------------------------------------------------------

RELAXED = ("non-byte", "1D -> ND", "restricted", "with zeros")


def case_of(v, kind, *steps):
    """A case of the class "view": the view after the steps (functions), or the
    error of the step that fails."""
    case = dict(cls="view", kind=kind)
    try:
        for step in steps:
            step()
    except ERRORS as err:
        case["error"] = refusal(err, at=len(v.ops) - 1)
        if any(text in str(err) for text in RELAXED):
            case["relax"] = True
    else:
        case["expect"] = v.expect()
    return dict(case, **v.side(), **v.needs())


def cut(v):
    """A step that slices the first dimension."""
    return lambda: v.sub(a_slice(len(v.array)))


def sometimes(chance, *steps):
    return steps if random.random() < chance else ()


def a_castable():
    return random.choice(["", "@"]) + "e" if random.random() < .1 \
        else native_format()


def cast_1d():
    fmt = a_castable()
    n, extra = random.randrange(6), random.choice((0, 0, 1, 3))
    start = random.choice((0, 0, 1))
    size = n * size_of(fmt)
    v = bytes_view(start + size + extra)
    stop = start + size + (extra if random.random() < .1 else 0)
    steps = [lambda: v.sub([start, stop, random.choice((None, 1))])]
    if start + extra == 0 and random.random() < .7:
        steps = list(sometimes(.1, lambda: v.sub([None, None, 2])))
    return case_of(
        v, "cast1d", *steps, *sometimes(.1, v.toreadonly),
        lambda: v.cast(fmt), *sometimes(.6, cut(v)), *sometimes(.2, cut(v)),
        *sometimes(.2, lambda: v.cast(random.choice("Bbc")),
                   *sometimes(.5, cut(v))))


def cast_nd():
    fmt, shape = a_castable(), a_shape(0, 5)
    shape = [n or 1 for n in shape]
    extra = random.choice((0, 1))
    v = bytes_view(math.prod(shape) * size_of(fmt) + extra)
    byte, again = random.choice("Bbc"), None
    if len(shape) == 1 and random.random() < .3:
        again = [1, shape[0] * size_of(fmt)]
    then = random.choice((
        (), (lambda: v.cast(byte, again),),
        (select(v, 0),), (select(v, 0),),
        (cut(v), *sometimes(.3, cut(v))) if shape else ()))
    whole = random.choice(([1, None, None], [None, -1, None]))
    return case_of(v, "castnd", *sometimes(extra, lambda: v.sub(whole)),
                   lambda: v.cast(fmt, shape), *then)


def cast_error():
    """A cast with one fault, or without a fault but similar to one with it."""
    n = random.choice((0, 1, 3, 4, 8, 8, 12))
    v, fmt, steps = bytes_view(n), native_format(), ()
    shape = random.choice((None, None, [], [n], [0]))
    kind = random.randrange(7)
    if kind == 0:
        shape = None
        fmt = random.choice([
            "", "u", "w", "O", "Zf", "F", "X", "p", "s", "4s", "1i", "&i",
            "B@", "@@B", "ii", "iB", "=B", "!H", ">I", "=I", "e", "(2)i",
            "T{i:x:}"])
    elif kind == 1:
        fmt, shape = random.choice(("B", "@B", "b", "c", "?")), random.choice((
            [8, -1], [Float(1), n], [1.5], [1 << 62, 4], [1] * 65,
            [1] * 30 + [n]))
    elif kind == 2:
        steps = (lambda: v.sub(random.choice((
            [None, None, 2], [None, None, -1], [1, 1, None], [0, 0, None],
            [1, None, 3]))),)
    elif kind == 3:
        other = native_format()
        steps = (lambda: v.cast(other),)
    elif kind == 4:
        steps, shape = (lambda: v.cast("B", [2, n // 2]),), [1, n]
    elif kind == 5:
        steps = (lambda: v.cast("B", [2, n // 2]),
                 lambda: v.sub([None, None, -1]))
    case = case_of(v, "casterr", *steps, lambda: v.cast(fmt, shape))
    return dict(case, cls="casterr") if "error" in case else case


def formats():
    v = geometry(any_format(), a_shape(0, 3), whole=random.random() < .6)
    steps = [(), (v.toreadonly,)]
    if v.array.ndim:
        steps += [(cut(v),), (cut(v), cut(v))]
    if v.view is not None:
        steps += [(lambda: v.cast(random.choice("Bbc")),)] * 2 \
            + [(lambda: v.cast(a_castable()),)]
    return case_of(v, "fmt", *random.choice(steps))


def select(v, chance):
    """A step that selects in each dimension: by an integer with this
    probability, else by a slice."""
    def step():
        v.sub(*(random.randint(-n, n - 1) if n and random.random() < chance
                else a_slice(n) for n in v.array.shape))
    return step


def nd_slice():
    v = geometry(any_format(), a_shape())
    return case_of(v, "ndslice", select(v, 0), *sometimes(.2, select(v, 0)))


def nd_index():
    v = geometry(any_format(), a_shape())
    return case_of(v, "ndindex", select(v, .6))


def transpose():
    v = geometry(any_format(), a_shape())
    return case_of(v, "transpose", *sometimes(.2, select(v, 0)), v.transpose,
                   *sometimes(.2, v.transpose, *sometimes(.5, v.toreadonly)),
                   *sometimes(.2, select(v, .1)))


def empty():
    """Views without items, views without dimensions, and released views."""
    kind = random.randrange(5)
    if kind == 0:
        shape = a_shape(1, 3)
        shape[random.randrange(len(shape))] = 0
        v = geometry(any_format(), shape)
        return case_of(v, "zero", *random.choice((
            (), (v.transpose,), (select(v, 0),), (v.toreadonly,))))
    if kind == 1:
        v = geometry(any_format(), [0] + a_shape(0, 2), whole=True)
        return case_of(v, "zero", lambda: v.cast(a_castable()))
    if kind == 2:
        fmt = a_castable()
        v = bytes_view(size_of(fmt))
        return case_of(v, "zero", lambda: v.cast(fmt, []), *random.choice((
            (), (v.toreadonly,), (lambda: v.cast("B"),),
            (lambda: v.cast("f", []),), (lambda: v.cast("i"),))))
    v, fmt = bytes_view(random.choice((0, 0, 4))), a_castable()
    if kind == 3:
        return case_of(v, "zero", *sometimes(
            .7, lambda: v.sub(random.choice(([1, 1, None], [0, 0, -1])))),
            *sometimes(.7, lambda: v.cast(fmt)), *sometimes(.3, cut(v)),
            *sometimes(.2, lambda: v.cast("B", [0])))
    v = bytes_view(random.choice((0, 8)))
    steps = [*sometimes(.3, lambda: v.cast("B")), v.release]
    if random.random() < .7:
        return case_of(v, "zero", *steps, random.choice((
            cut(v), v.toreadonly, lambda: v.cast(fmt))))
    for step in steps:
        step()
    return dict(cls="view", kind="zero", expect={"released": True},
                **v.side())


def fitting(fmt, number):
    """The values of an item of this format that stand for a small number."""
    sample = struct.unpack(fmt, bytes(size_of(fmt)))
    return [bytes([number]) * (len(x) or 1) if isinstance(x, bytes)
            else bool(number) if isinstance(x, bool) else number
            for x in sample]


def fill(v, numbers):
    """Writes items that stand for these numbers, in order."""
    for at, number in zip(np.ndindex(*v.array.shape), numbers):
        v.array[at] = np.void(struct.pack(v.fmt, *fitting(v.fmt, number)))


def equality():
    """Two views whose items are often equal, with equal or unequal shapes."""
    shape = a_shape(0, 3)
    n = math.prod(shape)
    numbers = [random.choice((0, 1, 1, 2, 99)) for _ in range(n)]
    kinds, sides = random.choices(("bytes", "cast", "any", "any", "any"),
                                  k=2), []
    if "any" not in kinds and len(shape) == 0:
        shape, n, numbers = [1], 1, [1]
    long = a_long_format()
    for kind in kinds:
        if kind == "any":
            fmt = long if random.random() < .3 else any_format()
            v = geometry(fmt, shape if random.random() < .9 else a_shape(0, 3),
                         whole=True)
        else:
            v = cast_view("B" if kind == "bytes" else native_format(), n) \
                if kind == "cast" else bytes_view(n)
            v.array = v.array.reshape(n)
        fill(v, numbers)
        if kind == "any":
            remember(v)
        else:
            v.base["hex"] = v.data.hex()
        if v.array.ndim == 1 and random.random() < .2:
            v.sub(a_slice(n))
        sides.append(v)
        if random.random() < .3 and numbers:
            numbers[random.randrange(n)] = random.choice((1, 3))
    a, b = sides
    more = {}
    if random.random() < .05:
        if a.fmt[-1] in "efd" and is_single(a.fmt) and not a.ops:
            fill(a, [math.nan] * n)
            remember(a)
        b, more = a, {"same": True}
    elif random.random() < .03:
        a.release()
    return dict(cls="eq", a=a.side(), b=b.side(), expect=a.view == b.view,
                **more, **needs(*a.formats, *b.formats))


def hexadecimal():
    v = random.choice((lambda: bytes_view(random.randrange(9)),
                       lambda: geometry(a_format(), a_shape(1, 4))))()
    if random.random() < .5:
        v.sub(a_slice(len(v.array)))
    data, args = v.array.tobytes(), [[None, 1, v.array.tobytes().hex()]]
    for _ in range(2):
        sep = random.choice(":- ,_")
        group = random.choice((-5, -4, -1, 0, 1, 2, 3, 5, 7, 16, 100))
        args.append([sep, group, data.hex(sep, group)])
    return dict(cls="hex", args=args, **v.side(), **v.needs())


def reading():
    """Single items by their indices. A memoryview of the same shape tells which
    indices are out of range."""
    v, reads = random.choice((
        lambda: cast_view(a_castable(), [n or 1 for n in a_shape(1, 3)]),
        lambda: geometry(a_format(), a_shape())))(), []
    shape = v.array.shape
    indices = memoryview(ndarray([0] * max(1, v.array.size), shape=list(shape),
                                 format="B"))
    for _ in range(3):
        at = tuple(random.randint(-n - 1, n) for n in shape)
        try:
            indices[at]
            reads.append([at, items(v.fmt, v.array[at + (Ellipsis,)])])
        except IndexError as err:
            reads.append([at, {"error": refusal(err)}])
    return dict(cls="item", reads=reads, **v.side(), **v.needs())


VALUES = [0, 1, -1, 2, 127, 128, 255, 256, -128, -129, 32767, -32768, 32768,
          -32769, 65535, 65536, 1 << 31, (1 << 32) - 1, -(1 << 31) - 1, 1 << 32,
          (1 << 63) - 1, -(1 << 63), 1 << 63, (1 << 64) - 1, 1 << 64,
          -(1 << 64), 0.0, -0.0, 1.5, -2.0, 65504.0, 1e39, 1e300, math.inf,
          -math.inf, math.nan, True, False, b"", b"a", b"ab"]


def storing():
    fmt = native_format()
    v = bytes_view(random.randint(1, 3) * size_of(fmt) + 1,
                   random.random() < .1)
    v.sub(random.choice(([1, None, None], [None, -1, None])))
    if v.ops[0][1][0][0] is None and random.random() < .8:
        v = bytes_view(len(v.array), v.ro)
    v.cast(fmt)
    if random.random() < .2:
        v.sub([None, None, random.choice((-1, 2))])
    n, value = len(v.array), random.choice(VALUES)
    at = random.choice((0, -1, n - 1, n, -n, -n - 1))
    case = dict(cls="setitem", index=at, value=value, **v.side(), **v.needs())
    try:
        v.view[at] = value
    except ERRORS as err:
        return dict(case, error=refusal(err))
    return dict(case, after=v.data.hex())


def assignment():
    """Assigns to a slice from a slice of the same or of other memory."""
    fmt, n = native_format(), random.randint(1, 5)
    v = cast_view(fmt, n, False)
    key, source = a_slice(n), a_slice(n)
    if random.random() < .7:
        rhs, right = {"self": [["sub", [source]]]}, v.view[slice(*source)]
    else:
        size = len(v.view[slice(*key)])
        other = cast_view(native_format(), size) if random.random() < .7 \
            else geometry(native_format(), [size], whole=True)
        rhs, right = other.side(), other.view
        v.formats += other.formats
    case = dict(cls="assign", key=[key], rhs=rhs, **v.side(), **v.needs())
    try:
        v.view[slice(*key)] = right
    except ValueError as err:
        return dict(case, error=refusal(err))
    return dict(case, after=v.data.hex())


def nd_assignment():
    """The same with any strides, which only NumPy can assign."""
    fmt, shape = a_format(), a_shape(1, 3)
    v = geometry(fmt, shape, spread=True, ro=False)
    key, source = ([a_slice(n) for n in shape] for _ in range(2))
    target, right = v.array[key_of(key)], v.array[key_of(source)]
    rhs = {"self": [["sub", source]]}
    if target.shape != right.shape:
        other = geometry(fmt, list(target.shape))
        rhs, right = other.side(), other.array
    case = dict(cls="assign", key=key, rhs=rhs, **v.side(), **v.needs())
    target[...] = right
    return dict(case, after=v.data.hex())


def finding():
    v = cast_view(native_format(), random.randint(0, 4))
    if random.random() < .5:
        v.sub(a_slice(len(v.array)))
    values = v.items()
    value = random.choice([x for x in values if x == x] + [0, 1, b"a", 2.5])
    start = random.choice((0, random.randint(-4, 4)))
    stop = random.choice((None, random.randint(-4, 4)))
    try:
        found = values.index(value, start,
                             len(values) if stop is None else stop)
    except ValueError:
        found = None
    return dict(cls="find", value=value, start=start, stop=stop, index=found,
                count=values.count(value), **v.side(), **v.needs())


def packing():
    fmt = random.choice((a_format, a_long_format, lambda: "".join(
        random.choices(["", "<", "x", "!x", "0s", "0i", " ", "3x"], k=1))))()
    data = some_bytes(size_of(fmt))
    unpacked = list(struct.unpack(fmt, data))
    case = dict(cls="pack", fmt=fmt, size=size_of(fmt),
                **needs(fmt))
    if not unpacked or any(x != x for x in unpacked):
        return case
    return dict(case, values=unpacked, unpacked=unpacked,
                hex=struct.pack(fmt, *unpacked).hex())


def malformed():
    """A format that struct refuses. A byte order in the middle is not tried, as
    PEP 3118 allows it there."""
    codes = ["b", "h", "c", "n", "f", "?", "s", "p", "x", "0", "2", "y", "}",
             " ", "\t", "9223372036854775807",
             "99999999999999999999"]
    fmt = random.choice(["", "<", "!", "y", "}", ":a:", "T{b:", "T{b:T{"]) \
        + "".join(random.choices(codes, k=random.randint(1, 2))) \
        + random.choice(["", "", "", "@", ">"])
    try:
        struct.calcsize(fmt)
    except struct.error as err:
        return dict(cls="pack", fmt=fmt, error=refusal(err))
    return malformed()


def life():
    """Views of a bytearray that is resized, until a resize is refused."""
    data = bytearray(some_bytes(random.randint(1, 4)))
    base, views, steps = {"hex": data.hex(), "ro": False}, [], []

    def resize(n):
        if n < len(data):
            del data[n:]
        else:
            data.extend(bytes(n - len(data)))

    for _ in range(random.randint(2, 6)):
        of, chosen = random.randrange(max(1, len(views))), a_slice(2)
        size = random.choice((0, 1, 3, 6, 8))
        op, act = random.choice((
            (["view"], lambda: memoryview(data)),
            (["resize", size], lambda: resize(size)),
            (["review"], lambda: memoryview(views[of])),
            (["sub", [chosen]], lambda: views[of][slice(*chosen)]),
            (["release"], lambda: views[of].release()),
            (["tolist"], lambda: views[of].tolist()),
            (["len"], lambda: len(views[of])))) if views \
            else (["view"], lambda: memoryview(data))
        step = {"op": op, "of": of + 1}
        steps.append(step)
        try:
            result = act()
        except (ValueError, BufferError) as err:
            step["error"] = refusal(err)
            if op[0] == "resize":
                break
            continue
        if isinstance(result, memoryview):
            views.append(result)
        elif result is not None:
            step["expect"] = result
    return dict(cls="seq", base=base, steps=steps)


def complex_items():
    fmt = random.choice(["", "<", ">"]) + random.choice(["Zf", "Zd"])
    size = 8 if fmt[-1] == "f" else 16
    n = random.randint(1, 4)
    data = some_bytes(n * size)
    order = ">" if ">" in fmt else "<" if LITTLE or "<" in fmt else ">"
    array = np.frombuffer(data, "%sc%d" % (order, size))
    expect = [Complex(x) for x in array]
    return dict(cls="complex", itemsize=size, expect=expect,
                base={"hex": data.hex(), "ro": False, "fmt": fmt, "shape": [n],
                      "strides": [size], "offset": 0},
                **({"need": ["le"]} if fmt[0] == "Z" else {}))


def pads_its_end(kind):
    """Whether a record type ends with padding. In a PEP 3118 format only "x"
    behind the record shows this, so the record cannot be repeated."""
    if isinstance(kind, str):
        return False
    last, offset = kind.fields[kind.names[-1]][:2]
    return offset + last.itemsize < kind.itemsize or pads_its_end(
        last.base if last.base.names else "")


def a_record(depth):
    """A record type; its fields may be of several items, or records."""
    kinds = []
    for _ in range(random.randint(1, 4)):
        if depth > 0 and random.random() < .3:
            kind = a_record(depth - 1)
        else:
            code = random.choice("bBhHiIqQfd")
            kind = random.choice("<>") + dtype_of(code).str[1:]
        shape = random.choices(((), (2,), (1, 3)), (8, 1, 1))[0]
        if pads_its_end(kind):
            shape = ()
        kinds.append((kind, shape) if shape else kind)
    return np.dtype([("c%d" % i, kind) if not isinstance(kind, tuple)
                     else ("c%d" % i, *kind) for i, kind in enumerate(kinds)],
                    align=random.random() < .5)


def places(kind):
    """The offsets of the fields of a record type, and their types."""
    if kind.subdtype:
        return [list(kind.shape), places(kind.base)]
    if not kind.names:
        return kind.str
    return [kind.itemsize, [[kind.fields[name][1], places(kind[name])]
                            for name in kind.names]]


def record_value(x):
    if isinstance(x, np.ndarray):
        return [record_value(row) for row in x]
    if isinstance(x, np.void):
        return {"t": [record_value(x[name]) for name in x.dtype.names],
                "names": list(x.dtype.names)}
    return x.item()


def keeps_its_order(fmt):
    """Whether each record in a format ends in the mode, native or not, in which
    it begins. NumPy aligns it by the mode at its end; PEP 3118 does not."""
    native, begun = True, []
    for char in fmt:
        if char in "@^=<>!":
            native = char == "@"
        elif char == "{":
            begun.append(native)
        elif char == "}" and begun.pop() != native:
            return False
    return True


def records():
    """Records whose fields NumPy places. Their format is the one that NumPy
    exports, unless NumPy itself reads it as another record."""
    kind, n = a_record(2), random.randint(1, 4)
    data = some_bytes(n * kind.itemsize)
    array = np.frombuffer(data, kind)
    try:
        fmt = memoryview(array).format
        if not same(places(np.asarray(memoryview(array)).dtype), places(kind)) \
                or not keeps_its_order(fmt):
            return records()
    except (ValueError, RuntimeError):
        return records()
    return dict(cls="record", itemsize=kind.itemsize, names=list(kind.names),
                offsets=[kind.fields[name][1] for name in kind.names],
                base={"hex": data.hex(), "ro": False,
                      "fmt": fmt, "shape": [n],
                      "strides": [kind.itemsize], "offset": 0},
                expect=[record_value(x) for x in array],
                need=["le", "lp64"] if set(fmt) & set("lLqQd") else ["le"])


def blocks():
    """Rows behind pointers (suboffsets), in two or three dimensions."""
    fmt, shape = a_format(), [random.randint(1, 3)
                              for _ in range(random.randint(2, 3))]
    size = size_of(fmt)
    data = some_bytes(math.prod(shape) * size)
    array = np.ndarray(shape, "V%d" % size, data)
    keys = [a_slice(n) for n in shape]
    chosen, rest = array[key_of(keys)], [-1] * (len(shape) - 1)
    inner = sum(slice(*key).indices(n)[0] * stride for key, n, stride
                in zip(keys[1:], shape[1:], array.strides[1:]))
    return dict(cls="pil", suboffsets=[0] + rest, ops=[["sub", keys]],
                **({"sub_suboffsets": [inner] + rest} if chosen.size else {}),
                base={"pil": [row.tobytes().hex() for row in array],
                      "fmt": fmt, "shape": shape, "ro": random.random() < .5},
                expect={"all": items(fmt, array), "tolist": items(fmt, chosen),
                        "shape": list(chosen.shape), "c": False, "f": False,
                        **in_orders(chosen)}, **needs(fmt))


CASES = [(cast_1d, 8), (cast_nd, 9), (cast_error, 9), (formats, 13),
         (nd_slice, 13), (nd_index, 9), (transpose, 11), (empty, 9),
         (equality, 13), (hexadecimal, 4), (reading, 4), (storing, 6),
         (assignment, 3), (nd_assignment, 4), (finding, 3), (packing, 5),
         (malformed, 2), (life, 2), (complex_items, 1), (records, 2),
         (blocks, 3)]


def main(seed, count):
    random.seed(seed)
    print("return" + lua({"header": {
        "python": sys.version.split()[0], "numpy": np.__version__,
        "seed": seed, "n": count}}))
    makers, weights = zip(*CASES)
    for number in range(1, count + 1):
        case = random.choices(makers, weights)[0]()
        print("return" + lua(dict(case, id=number)))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
