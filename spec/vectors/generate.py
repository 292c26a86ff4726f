#!/usr/bin/env python3
"""generate.py - makes conformance vectors: cases with the answers of CPython's
memoryview, struct and list, and of NumPy

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

LITTLE = sys.byteorder == "little"
CODES = "bBhHiIlLqQfde?c"
DTYPES = {"?": "?", "c": "S1"}


class Complex:
    """A complex value, its parts as C prints them."""

    def __init__(self, value):
        self.parts = [float(value.real), float(value.imag)]


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
    if isinstance(x, float):
        return '{f="%s"}' % hex_float(x)
    if isinstance(x, bytes):
        return '{b="%s"}' % x.hex()
    if isinstance(x, str):
        return quote(x)
    if isinstance(x, (list, tuple)):
        return "{" + ",".join(map(lua, x)) + "}"
    return "{" + ",".join("%s=%s" % (k, lua(x[k])) for k in sorted(x)) + "}"


# ---- views -----------------------------------------------------------------

def a_format():
    orders = ["", "", "@", "<", ">", "=", "!"]
    return random.choice(orders) + random.choice(CODES)


def native_format():
    """One that memoryview casts to: not "e", before CPython 3.12."""
    return random.choice(["", "@"]) + random.choice(CODES.replace("e", ""))


def with_half(fmt):
    """Sometimes "e" instead, and the format that memoryview casts to."""
    if random.random() < .1:
        return fmt[:-1] + "e", fmt[:-1] + "H"
    return fmt, fmt


def size_of(fmt):
    return struct.calcsize(fmt)


def dtype_of(fmt):
    order, code = fmt[:-1], fmt[-1]
    if code in DTYPES:
        return np.dtype(DTYPES[code])
    kind = "f" if code in "efd" else "i" if code.islower() else "u"
    swapped = (">" if LITTLE else "<") in order or order == "!" and LITTLE
    return np.dtype("%s%s%d" % (">" if swapped == LITTLE else "<", kind,
                                size_of(fmt)))


def some_bytes(n):
    kind = random.randrange(4)
    if kind == 0:
        return bytes((3 + 7 * i) & 255 for i in range(n))
    if kind == 1:
        return bytes(random.choice((0, 0, 1, 127, 128, 255)) for _ in range(n))
    return random.randbytes(n)


def needs(*formats):
    need = set()
    for fmt in formats:
        if size_of(fmt) > 1 and fmt[0] not in "<>!":
            need.add("le")
        if fmt[0] not in "<>!=" and fmt[-1] in "lL":
            need.add("lp64")
    return {"need": sorted(need)} if need else {}


def a_shape(most=4):
    return [random.choice((1, 2, 2, 3, 3, 4, 5))
            for _ in range(random.randint(1, most))]


def a_layout(fmt, shape=None):
    """A geometry of strides of either sign in any order, and its array."""
    size, shape = size_of(fmt), shape or a_shape()
    ndim = len(shape)
    strides, step = [0] * ndim, size
    for d in random.sample(range(ndim), ndim) if random.random() < .5 \
            else range(ndim - 1, -1, -1):
        strides[d] = step if random.random() < .9 else 0
        gap = random.choice((0, 0, 0, size))
        step = max(step, strides[d] * shape[d]) + gap
        strides[d] *= random.choice((1, 1, 1, -1))
    low = sum(s * (n - 1) for s, n in zip(strides, shape) if s < 0)
    high = sum(s * (n - 1) for s, n in zip(strides, shape) if s > 0)
    offset = random.choice((0, 0, 0, 1, 2)) - low
    data = bytearray(some_bytes(offset + high + size
                                + random.choice((0, 0, 1))))
    base = {"hex": data.hex(), "ro": random.random() < .5, "fmt": fmt,
            "shape": shape, "strides": strides, "offset": offset}
    return base, np.ndarray(shape, dtype_of(fmt), data, offset, strides)


def root(array):
    """The memory that an array of a_layout is in."""
    return array.base if isinstance(array.base, bytearray) else array.base.obj


def a_slice(n):
    def bound():
        return None if random.random() < .3 else random.randint(-n - 1, n + 1)
    steps = (None, 1, 1, 2, 3, -1, -1, -2, -3)
    return [bound(), bound(), random.choice(steps)]


def item(fmt, x):
    """A value of NumPy as struct has it."""
    if fmt[-1] == "c":
        return bytes(x).ljust(1, b"\0")
    return x.item() if hasattr(x, "item") else x


def items(fmt, array):
    if array.ndim == 0:
        return item(fmt, array[()])
    return [items(fmt, array[i, ...]) for i in range(len(array))]


def contiguity(array):
    """(C, Fortran), by the rule of PEP 3118: what has no items is both."""
    return bool(array.flags.c_contiguous), bool(array.flags.f_contiguous)


def same(a, b):
    return lua(a) == lua(b)


def expect_view(base, fmt, array, view=None):
    """What NumPy says, checked against a memoryview if there is one."""
    size = size_of(fmt)
    c, f = contiguity(array)
    out = {"fmt": fmt, "itemsize": size, "ndim": array.ndim,
           "shape": list(array.shape), "strides": list(array.strides),
           "nbytes": array.size * size, "ro": base["ro"], "c": c, "f": f,
           "tolist": items(fmt, array), "C": array.tobytes("C").hex()}
    if array.ndim:
        out["len"] = array.shape[0]
    if array.ndim > 1:
        out["F"] = array.tobytes("F").hex()
        out["A"] = array.tobytes("A").hex()
    if view is not None:
        assert view.tobytes("C").hex() == out["C"], (base, fmt)
        assert list(view.shape) == out["shape"]
        if view.format == fmt and not fmt[0] in "<>!=":
            assert same(view.tolist(), out["tolist"]), (base, fmt)
    return out


def bytes_base(n):
    data = some_bytes(n)
    return {"hex": data.hex(), "ro": random.random() < .5}, data


def refusal(err, **more):
    return dict(type=type(err).__name__, msg=str(err), **more)


# ---- cases -----------------------------------------------------------------

def cast_1d():
    fmt, castable = with_half(native_format())
    n, extra = random.randrange(9), random.randrange(4)
    base, data = bytes_base(n * size_of(fmt) + extra)
    end = len(data) - (extra if random.random() < .9 else 0)
    ops = [["sub", [[0, end, None]]], ["cast", fmt]]
    case = dict(cls="view", kind="cast1d", base=base, ops=ops, **needs(fmt))
    try:
        view = memoryview(data)[:end].cast(castable)
    except TypeError as err:
        return dict(case, error=refusal(err, at=1))
    chosen = a_slice(len(view))
    ops.append(["sub", [chosen]])
    array = np.frombuffer(data[:end], dtype_of(fmt))[slice(*chosen)]
    expect = expect_view(base, fmt, array, view=view[slice(*chosen)])
    return dict(case, expect=expect)


def cast_nd():
    fmt, castable = with_half(native_format())
    shape = [random.randint(1, 4) for _ in range(random.randint(0, 4))]
    base, data = bytes_base(math.prod(shape) * size_of(fmt))
    view = memoryview(data).cast(castable, shape)
    array = np.frombuffer(data, dtype_of(fmt)).reshape(shape)
    return dict(cls="view", kind="castnd", base=base,
                ops=[["cast", fmt, shape]],
                expect=expect_view(base, fmt, array, view=view), **needs(fmt))


def cast_error():
    fmt = native_format()
    base, data = bytes_base(random.randrange(1, 20))
    shape = [random.randint(1, 4) for _ in range(random.randint(1, 3))]
    try:
        memoryview(data).cast(fmt, shape)
    except TypeError as err:
        return dict(cls="casterr", kind="casterr", base=base,
                    ops=[["cast", fmt, shape]], error=refusal(err, at=0),
                    **needs(fmt))
    return cast_error()


def nd_slice():
    fmt = a_format()
    base, array = a_layout(fmt)
    chosen = [a_slice(n) for n in array.shape]
    sliced = array[tuple(slice(*s) for s in chosen)]
    return dict(cls="view", kind="ndslice", base=base, ops=[["sub", chosen]],
                expect=expect_view(base, fmt, sliced), **needs(fmt))


def nd_index():
    fmt = a_format()
    base, array = a_layout(fmt)
    chosen = [random.randint(-n, n - 1) if random.random() < .6 else a_slice(n)
              for n in array.shape]
    key = tuple(slice(*s) if isinstance(s, list) else s for s in chosen)
    sliced = np.asarray(array[key + (Ellipsis,)])
    return dict(cls="view", kind="ndindex", base=base, ops=[["sub", chosen]],
                expect=expect_view(base, fmt, sliced), **needs(fmt))


def transpose():
    fmt = a_format()
    base, array = a_layout(fmt)
    order = random.sample(range(array.ndim), array.ndim)
    turned = array.transpose(order)
    return dict(cls="view", kind="transpose", base=base,
                ops=[["transpose", order]],
                expect=expect_view(base, fmt, turned), **needs(fmt))


def equality():
    """Views of the same shape, of values that often are the same."""
    first, second = native_format(), native_format()
    n = random.randrange(5)
    values = [random.choice((0, 1, 1, 2, 99)) for _ in range(n)]
    others = list(values) if random.random() < .6 else values[::-1]
    sides, views = [], []
    for fmt, side in ((first, values), (second, others)):
        kind = {"?": bool, "c": lambda x: bytes([x])}.get(fmt[-1], lambda x: x)
        data = struct.pack("%d%s" % (n, fmt[-1]), *map(kind, side))
        sides.append({"base": {"hex": data.hex(), "ro": random.random() < .5},
                      "ops": [["cast", fmt]]})
        views.append(memoryview(data).cast(fmt))
    return dict(cls="eq", a=sides[0], b=sides[1], expect=views[0] == views[1],
                **needs(first, second))


def nd_equality():
    """Two geometries, often of the same values; NumPy's "c" is "1s"."""
    fmts = [a_format().replace("c", "b") for _ in range(2)]
    shape = a_shape(3)
    others = shape if random.random() < .9 else a_shape(3)
    (first, a), (second, b) = a_layout(fmts[0], shape), \
        a_layout(fmts[1], others)
    with np.errstate(all="ignore"):
        a[...] = np.array(random.choices((0, 1, 1, 2), k=a.size)).reshape(shape)
        if others == shape:
            b[...] = a
            if random.random() < .4:
                b[tuple(random.randrange(n) for n in shape)] = 1
    for base, array in ((first, a), (second, b)):
        base["hex"] = bytes(root(array)).hex()
    return dict(cls="eq", a={"base": first, "ops": []},
                b={"base": second, "ops": []},
                expect=memoryview(a) == memoryview(b), **needs(*fmts))


def hexadecimal():
    base, data = bytes_base(random.randrange(20))
    chosen = a_slice(len(data))
    view, args = memoryview(data)[slice(*chosen)], []
    for _ in range(4):
        sep = random.choice(":- ,_")
        group = random.choice((-4, -1, 0, 1, 2, 5))
        args.append([sep, group, view.hex(sep, group)])
    return dict(cls="hex", base=base, ops=[["sub", [chosen]]], args=args)


def reading():
    fmt, reads = native_format(), []
    shape = [random.randint(1, 3) for _ in range(random.randint(1, 3))]
    base, data = bytes_base(math.prod(shape) * size_of(fmt))
    view = memoryview(data).cast(fmt, shape)
    for _ in range(5):
        at = [random.randint(-n - 1, n) for n in shape]
        try:
            reads.append([at, view[tuple(at)]])
        except IndexError as err:
            reads.append([at, {"error": refusal(err)}])
    return dict(cls="item", base=base, ops=[["cast", fmt, shape]], reads=reads,
                **needs(fmt))


VALUES = [0, 1, -1, 2, 127, 128, 255, 256, -128, -129, 32767, 32768, -32769,
          65536, 1 << 31, -(1 << 31) - 1, 1 << 32, (1 << 63) - 1, -(1 << 63),
          0.0, 1.5, -2.0, 1e300, math.inf, True, False, b"a", b"ab"]


def storing():
    fmt, n = native_format(), random.randint(1, 4)
    data = bytearray(some_bytes(n * size_of(fmt)))
    base = {"hex": data.hex(), "ro": False}
    at, value = random.randint(-n - 1, n), random.choice(VALUES)
    case = dict(cls="setitem", base=base, ops=[["cast", fmt]], index=at,
                value=value, **needs(fmt))
    try:
        memoryview(data).cast(fmt)[at] = value
    except (TypeError, ValueError, IndexError) as err:
        return dict(case, error=refusal(err))
    return dict(case, after=data.hex())


def assignment():
    fmt, n = native_format(), random.randint(1, 8)
    data = bytearray(some_bytes(n * size_of(fmt)))
    base = {"hex": data.hex(), "ro": False}
    key, source = a_slice(n), a_slice(n)
    view = memoryview(data).cast(fmt)
    if random.random() < .7:
        rhs, right = {"self": [["sub", [source]]]}, view[slice(*source)]
    else:
        other, taken = native_format(), len(view[slice(*key)])
        there, memory = bytes_base(taken * size_of(other))
        rhs = {"base": there, "ops": [["cast", other]]}
        right = memoryview(memory).cast(other)
    case = dict(cls="assign", base=base, ops=[["cast", fmt]], key=[key],
                rhs=rhs, **needs(fmt, *(op[1] for op in rhs.get("ops", []))))
    try:
        view[slice(*key)] = right
    except ValueError as err:
        return dict(case, error=refusal(err))
    return dict(case, after=data.hex())


def finding():
    fmt = native_format()
    base, data = bytes_base(random.randint(1, 8) * size_of(fmt))
    values = memoryview(data).cast(fmt).tolist()
    value = random.choice([x for x in values if x == x] or [1])
    start = random.choice((0, random.randint(-9, 9)))
    stop = random.choice((None, random.randint(-9, 9)))
    end = len(values) if stop is None else stop
    try:
        found = values.index(value, start, end)
    except ValueError:
        found = None
    return dict(cls="find", base=base, ops=[["cast", fmt]], value=value,
                start=start, stop=stop, index=found, count=values.count(value),
                **needs(fmt))


def packing():
    order = random.choice(["", "@", "<", ">", "=", "!"])
    codes = [random.choice(["x", "2x", "3s", "5p"] + list("bBhHiIqQfd?c"))
             for _ in range(random.randint(1, 6))]
    fmt = order + "".join(codes)
    data = some_bytes(size_of(fmt))
    unpacked = list(struct.unpack(fmt, data))
    if any(x != x for x in unpacked):
        return packing()
    case = dict(cls="pack", fmt=fmt, size=size_of(fmt), **needs(fmt))
    if not unpacked:
        return case
    return dict(case, values=unpacked, unpacked=unpacked,
                hex=struct.pack(fmt, *unpacked).hex())


def malformed():
    """A format that struct refuses. Only its end may change the order: in the
    middle PEP 3118 allows that."""
    codes = ["b", "h", "i", "q", "d", "s", "p", "x", "0", "2", "y", "}",
             "99999999999999999999"]
    fmt = random.choice(["", "<", "!", "y"]) \
        + "".join(random.choices(codes, k=random.randint(1, 4))) \
        + random.choice(["", "", "", "@", ">"])
    try:
        struct.calcsize(fmt)
    except struct.error as err:
        return dict(cls="pack", fmt=fmt, error=refusal(err))
    return malformed()


def strided_cast():
    """Refused by memoryview, where mview may answer."""
    fmt = native_format()
    base, data = bytes_base(size_of(fmt) * 2 * random.randint(1, 5))
    chosen = [None, None, random.choice((2, -1))]
    try:
        memoryview(data)[slice(*chosen)].cast(fmt)
    except TypeError as err:
        return dict(cls="view", kind="cast1d", base=base, relax=True,
                    ops=[["sub", [chosen]], ["cast", fmt]],
                    error=refusal(err, at=1), **needs(fmt))
    return strided_cast()


def released():
    base, data = bytes_base(random.randrange(6))
    case = dict(cls="view", kind="zero", base=base)
    if random.random() < .3:
        return dict(case, ops=[["release"]], expect={"released": True})
    view = memoryview(data)
    view.release()
    chosen = a_slice(len(data))
    try:
        view[slice(*chosen)]
    except ValueError as err:
        return dict(case, ops=[["release"], ["sub", [chosen]]],
                    error=refusal(err, at=1))
    raise AssertionError("a released view answers")


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
    """Which a format of PEP 3118 does not say; behind it "x" does."""
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
    """Where the fields of a record type are, in what."""
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


def records():
    """Records whose fields NumPy places; what it exports is their format,
    unless NumPy itself reads that as another record."""
    kind, n = a_record(2), random.randint(1, 4)
    data = some_bytes(n * kind.itemsize)
    array = np.frombuffer(data, kind)
    try:
        if not same(places(np.asarray(memoryview(array)).dtype), places(kind)):
            return records()
    except (ValueError, RuntimeError):
        return records()
    return dict(cls="record", itemsize=kind.itemsize, names=list(kind.names),
                offsets=[kind.fields[name][1] for name in kind.names],
                base={"hex": data.hex(), "ro": False,
                      "fmt": memoryview(array).format, "shape": [n],
                      "strides": [kind.itemsize], "offset": 0},
                expect=[record_value(x) for x in array], need=["le"])


def blocks():
    """Rows behind pointers: as lists, sliced as Python slices lists."""
    fmt, rows, columns = a_format(), random.randint(1, 3), random.randint(1, 4)
    size = size_of(fmt)
    data = [some_bytes(columns * size) for _ in range(rows)]
    whole = [items(fmt, np.frombuffer(x, dtype_of(fmt))) for x in data]
    down, across = a_slice(rows), a_slice(columns)
    array = np.frombuffer(b"".join(data), dtype_of(fmt))
    chosen = array.reshape(rows, columns)[slice(*down), slice(*across)]
    start = slice(*across).indices(columns)[0]
    return dict(cls="pil", suboffsets=[0, -1], ops=[["sub", [down, across]]],
                sub_suboffsets=[start * size, -1],
                base={"pil": [x.hex() for x in data], "fmt": fmt,
                      "shape": [rows, columns], "ro": random.random() < .5},
                expect={"all": whole, "tolist": items(fmt, chosen),
                        "shape": list(chosen.shape),
                        "c": False, "f": False,
                        **{order: chosen.tobytes(order).hex()
                           for order in "CFA"}}, **needs(fmt))


CASES = [(cast_1d, 12), (cast_nd, 9), (cast_error, 5), (nd_slice, 16),
         (nd_index, 8), (transpose, 7), (equality, 4), (nd_equality, 5),
         (hexadecimal, 2), (reading, 4), (storing, 4), (assignment, 6),
         (finding, 2), (packing, 5), (malformed, 1), (strided_cast, 1),
         (released, 1), (complex_items, 1), (records, 2), (blocks, 2)]


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
