-- The trusted side of the interpreter: what client scripts may reach, how a call waits for the world, and when a
-- runaway script is stopped. Runs once, before any client code; gets its settings and returns what the host needs.

local settings = ...
local dispatch = settings.dispatch

local create, resume, yield, running = coroutine.create, coroutine.resume, coroutine.yield, coroutine.running
local sethook, clock = debug.sethook, os.clock
local error, load, next, pcall, rawget, rawlen, select, setmetatable, tostring, type, unpack =
  error, load, next, pcall, rawget, rawlen, select, setmetatable, tostring, type, table.unpack
local floor, gsub, concat = math.floor, string.gsub, table.concat

-- Time and budget. `debt` is what the script has taken since it last waited (s). Instructions are counted by a hook, and
-- what the host's processor works on them is timed, because one instruction may copy megabytes.

local WAIT = {}
local debt, quiet, total, exceeded = 0, 0, 0, false
local resumed_at = 0
local main

local hook

local function check_budget()
  if
    exceeded
    or quiet > settings.quiet_slices
    or total > settings.total_slices
    or clock() - resumed_at > settings.quiet_work
  then
    exceeded = true
    sethook(hook, "", 1) -- so that a pcall that catches this is stopped at its next instruction
    error("instruction budget exceeded", 0)
  end
end

hook = function()
  debt = debt + settings.slice_time
  quiet, total = quiet + 1, total + 1
  check_budget()
end

local function woken(...)
  quiet, resumed_at = 0, clock()
  return ...
end

local function wait(time)
  return woken(yield(WAIT, time))
end

local VALUES, WAITS = 0, 1

local function finish(kind, ...)
  if kind == VALUES then
    return ...
  elseif kind == WAITS then
    return finish(wait())
  end
  error((...), 2)
end

-- Functions of the host. Each access costs time, and the world is brought up to the script before it acts.

local function exported(handle)
  return function(...)
    local owed = debt + settings.access_time
    debt = 0
    wait(owed)
    return finish(dispatch(handle, ...))
  end
end

-- Nodes. The metatable is laid out as in the instruments: Getters, Setters, Objects, luatype.

local owners = setmetatable({}, { __mode = "k" })

-- An anchor is collected with the node that holds it; it is out of the script's reach, unlike the node's own metatable.
-- Its finalizer stays within Lua: the host may be in the middle of anything, or gone.
local gone = {}

local function anchored(owner)
  return setmetatable({}, {
    __gc = function()
      gone[#gone + 1] = owner
    end,
  })
end

local function new_node(owner, luatype, read_item, write_item, call)
  local anchor = anchored(owner)
  local getters, setters, objects = {}, {}, {}
  local meta = { Getters = getters, Setters = setters, Objects = objects, luatype = luatype }
  read_item = read_item and exported(read_item)
  write_item = write_item and exported(write_item)
  meta.__index = function(_, key)
    local getter = getters[key]
    if getter then
      return getter()
    end
    local object = objects[key]
    if object == nil and anchor and read_item and type(key) == "number" then
      return read_item(key)
    end
    return object
  end
  meta.__newindex = function(_, key, value)
    local setter = setters[key]
    if setter then
      return setter(value)
    elseif write_item and type(key) == "number" then
      return write_item(key, value)
    elseif getters[key] or objects[key] ~= nil then
      error("attempt to set read-only attribute `" .. tostring(key) .. "'", 2)
    end
    error("attempt to set unknown attribute `" .. tostring(key) .. "'", 2)
  end
  if call then
    meta.__call = function(_, ...)
      return call(...)
    end
  end
  local node = setmetatable({}, meta)
  owners[node] = owner
  return node, getters, setters, objects
end

-- What client scripts see. The string library is changed in place, because strings find their methods there.

local function guarded(match)
  return function(subject, pattern, ...)
    check_budget()
    if type(subject) == "string" and type(pattern) == "string" then
      local _, wild = gsub(pattern, "[%*%+%-%?]", "")
      local _, balanced = gsub(pattern, "%%b", "")
      wild = wild + balanced
      local steps = wild > 0 and (#subject + 1) ^ (wild + 1) or #subject * #pattern
      if steps > settings.pattern_steps then
        error("pattern too complex", 2)
      end
    end
    return match(subject, pattern, ...)
  end
end

for _, name in next, { "find", "match", "gmatch", "gsub" } do
  string[name] = guarded(string[name])
end
string.gfind = string.gmatch
string.dump = nil

local function forwarded(thread, ok, first, ...)
  if ok and first == WAIT then
    return forwarded(thread, resume(thread, yield(WAIT, ...)))
  end
  return ok, first, ...
end

local function resumed(ok, ...)
  if ok then
    return ...
  end
  error((...), 0)
end

local function new_thread(action)
  local thread = create(action)
  sethook(thread, hook, "", settings.slice)
  return thread
end

local threads = {
  create = new_thread,
  resume = function(thread, ...)
    return forwarded(thread, resume(thread, ...))
  end,
  wrap = function(action)
    local thread = new_thread(action)
    return function(...)
      return resumed(forwarded(thread, resume(thread, ...)))
    end
  end,
  yield = function(...)
    if running() == main then
      error("attempt to yield from outside a coroutine", 2)
    end
    return yield(...)
  end,
  status = coroutine.status,
  running = function()
    local thread = running()
    return thread ~= main and thread or nil
  end,
}

local function each(list, action, iterate)
  for key, value in iterate(list) do
    local result = action(key, value)
    if result ~= nil then
      return result
    end
  end
end

local tables = {
  concat = concat,
  insert = table.insert,
  remove = table.remove,
  sort = table.sort,
  getn = function(list)
    return rawlen(list)
  end,
  setn = function() end,
  maxn = function(list)
    local most = 0
    for key in next, list do
      if type(key) == "number" and key > most then
        most = key
      end
    end
    return most
  end,
  foreach = function(list, action)
    return each(list, action, pairs)
  end,
  foreachi = function(list, action)
    return each(list, action, ipairs)
  end,
}

math.mod = math.fmod
math.randomseed = function() end
math.random = function(low, high)
  local drawn = settings.random()
  if not low then
    return drawn
  end
  if not high then
    low, high = 1, low
  end
  if low > high then
    error("bad argument to 'random' (interval is empty)", 2)
  end
  return floor(drawn * (high - low + 1)) + low
end

local environment = {
  _VERSION = "Lua 5.0.2",
  assert = assert,
  error = error,
  getmetatable = getmetatable,
  ipairs = ipairs,
  next = next,
  pairs = pairs,
  pcall = pcall,
  rawequal = rawequal,
  rawget = rawget,
  rawset = rawset,
  select = select,
  setmetatable = setmetatable,
  tonumber = tonumber,
  tostring = tostring,
  type = type,
  unpack = unpack,
  xpcall = xpcall,
  coroutine = threads,
  math = math,
  string = string,
  table = tables,
  collectgarbage = function()
    return 0
  end,
  gcinfo = function()
    return collectgarbage("count"), 0
  end,
}
environment._G = environment

local function compile(source, name)
  return load(source, "=" .. name, "t", environment)
end

environment.loadstring = function(source, name)
  check_budget()
  if type(source) ~= "string" then
    error("bad argument #1 to 'loadstring' (string expected)", 2)
  end
  return compile(source, tostring(name or "string"))
end

environment.makegetter = function(object, name)
  return function()
    return object[name]
  end
end

environment.makesetter = function(object, name)
  return function(value)
    object[name] = value
  end
end

local output = exported(settings.print)
environment.print = function(...)
  local count = select("#", ...)
  local values = { ... }
  for i = 1, count do
    if type(values[i]) ~= "number" then
      values[i] = tostring(values[i])
    end
  end
  output(unpack(values, 1, count))
end

-- Bits are counted from 1, values are of 32 bits.

local mask = bit32.lshift
environment.bit = {
  bitand = bit32.band,
  bitor = bit32.bor,
  bitxor = bit32.bxor,
  clear = function(value, index)
    return bit32.band(value, bit32.bnot(mask(1, index - 1)))
  end,
  get = function(value, index)
    return bit32.band(value, mask(1, index - 1))
  end,
  set = function(value, index)
    return bit32.bor(value, mask(1, index - 1))
  end,
  test = function(value, index)
    return bit32.btest(value, mask(1, index - 1))
  end,
  toggle = function(value, index)
    return bit32.bxor(value, mask(1, index - 1))
  end,
  getfield = function(value, index, width)
    return bit32.extract(value, index - 1, width)
  end,
  setfield = function(value, index, width, field)
    return bit32.replace(value, field, index - 1, width)
  end,
}

local function run(action, ...)
  main = running()
  debt, quiet, total, exceeded, resumed_at = 0, 0, 0, false, clock()
  sethook(hook, "", settings.slice)
  action(...)
  if debt > 0 then
    local owed = debt
    debt = 0
    wait(owed)
  end
end

return {
  compile = compile,
  exported = exported,
  indirect = function(handle)
    local find = exported(handle)
    return function(...)
      return find()(...)
    end
  end,
  new_node = new_node,
  owner = function(node)
    return owners[node]
  end,
  take_gone = function()
    local found = gone
    gone = {}
    return found
  end,
  length = function(list)
    return rawlen(list)
  end,
  set_global = function(name, value)
    rawset(environment, name, value)
  end,
  item = function(list, index)
    return rawget(list, index)
  end,
  run = run,
}
