-- The behaviour of other modules with views, as in doc/interop.md.

local mview = require "mview"
local shell = require "shell"
local snippets = require "snippets"

local v = mview.bytearray("hello world"):view()
local text = v:tobytes()

local function loaded(name)
  local ok, module = pcall(require, name)
  return ok and module
end

local function refuses(f, ...)
  local ok, why = pcall(f, ...)
  assert.is_false(ok)
  assert.matches("got mview%.view", why)
end

-- Asserts that f raises, with any message.
local function fails(pattern, f, ...)
  local ok, why = pcall(f, ...)
  assert.is_false(ok)
  assert.matches(pattern, why)
end

-- A module, the call in words, the call.
local rows = {
  {"zlib", "deflate takes a view for nothing", function(zlib)
    local out = zlib.deflate()(v, "finish")
    assert.equal("", (zlib.inflate()(out)))
    assert.equal(text, (zlib.inflate()((zlib.deflate()(text, "finish")))))
  end},
  {"zlib", "inflate takes a view for nothing", function(zlib)
    local packed = zlib.deflate()(text, "finish")
    assert.equal("", (zlib.inflate()(mview(packed))))
  end},
  {"zlib", "checksums refuse a view", function(zlib)
    refuses(zlib.crc32(), v)
    refuses(zlib.adler32(), v)
    local whole, pieces = zlib.crc32(), zlib.crc32()
    pieces(v:sub(1, 5):tobytes())
    assert.equal(whole(text), pieces(v:sub(6):tobytes()))
  end},
  {"openssl.digest", "digests refuse a view", function(digest)
    refuses(function() digest.new("sha256"):update(v) end)
    refuses(function() digest.new("sha256"):final(v) end)
    local pieces = digest.new "sha256"
    for i = 1, #v, 4 do pieces:update(v:sub(i, i + 3):tobytes()) end
    assert.equal(digest.new("sha256"):final(text), pieces:final())
  end},
  {"openssl.hmac", "HMACs refuse a view", function(hmac)
    refuses(function() hmac.new("key", "sha256"):final(v) end)
  end},
  {"openssl.cipher", "ciphers refuse a view", function(cipher)
    local key = ("k"):rep(16)
    refuses(function()
      cipher.new("aes-128-cbc"):encrypt(key, key):final(v)
    end)
  end},
  {"lpeg", "patterns refuse a view", function(lpeg)
    refuses(lpeg.match, lpeg.P "hello", v)
    refuses(lpeg.P, v)
    refuses(lpeg.S, v)
    assert.equal(6, lpeg.match(lpeg.P "hello", v:tobytes()))
  end},
  {"cjson", "neither encodes nor decodes a view", function(cjson)
    fails("Cannot serialise userdata", cjson.encode, v)
    fails("Cannot serialise userdata", cjson.encode, {v})
    refuses(cjson.decode, mview "[1]")
    assert.equal("[104,101]", cjson.encode(v:sub(1, 2):tolist()))
  end},
  {"socket", "sockets refuse a view, and are read and written by one",
    function(socket)
      local server = assert(socket.bind("127.0.0.1", 0))
      local _, port = server:getsockname()
      local client = assert(socket.connect("127.0.0.1", port))
      local other = assert(server:accept())
      refuses(client.send, client, v)
      assert.equal(#v, v:writeto(client))
      local b = mview.bytearray(5)
      assert.equal(5, b:readfrom(other))
      assert.equal("hello", tostring(b))
      fails("#2 to 'append' .* got nil",
        function() b:append(other:receive(1)) end)
      assert.equal("hellow", tostring(b:append((other:receive(1)))))
      for _, each in ipairs {client, other, server} do each:close() end
    end},
  {"mime", "base64 refuses a view", function(mime)
    refuses(mime.b64, v)
    assert.equal("aGVsbG8gd29ybGQ=", (mime.b64(v:tobytes())))
  end},
  {"luv", "writes refuse a view, and descriptors take one", function(uv)
    local path = os.tmpname()
    local fd = uv.fs_open(path, "w+", 384)
    fails("got userdata", uv.fs_write, fd, v)
    fails("found userdata", uv.fs_write, fd, {v})
    assert.equal(#v, v:writeto(fd))
    local b = mview.bytearray(5)
    assert.equal(5, b:readfrom(fd, 6))
    assert.equal("world", tostring(b))
    uv.fs_close(fd)
    os.remove(path)
    local pipe = uv.new_pipe(false)
    fails("got userdata", uv.write, pipe, v)
    pipe:close()
    uv.run "nowait"
  end},
}

describe("Beside other modules:", function()
  for _, row in ipairs(rows) do
    it(row[1] .. ": " .. row[2], function()
      local module = loaded(row[1])
      if not module then pending(row[1] .. " is not installed") end
      row[3](module)
    end)
  end

  it("Lua's own functions refuse or describe views", function()
    refuses(function() io.stdout:write(v) end)
    fails("invalid value %(userdata%)", table.concat, {v})
    assert.equal("mview.view 'B' [11]", ("%s"):format(v))
    assert.equal(text, v .. "")
  end)
end)

describe("doc/interop.md", function()
  local folder = shell "mktemp -d":gsub("\n", "")

  lazy_teardown(function() shell("rm -rf " .. folder) end)

  for _, block in ipairs(snippets.of("doc/interop.md", "lua")) do
    it("has the documented output, in line " .. block.line, function()
      assert.same(snippets.expected(block.code),
        snippets.run(block.code, folder))
    end)
  end
end)
