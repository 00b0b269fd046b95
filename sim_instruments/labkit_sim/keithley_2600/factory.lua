-- The factory scripts KISweep and KIPulse, as the reference manual describes their functions.

local pulses = {}

local function sweep(smu, kind, points, settle, measure)
  local buffer = smu.nvbuffer1
  buffer.clear()
  buffer.appendmode = 1
  buffer.collecttimestamps = 1
  buffer.collectsourcevalues = 1
  smu.source.func = kind == "v" and smu.OUTPUT_DCVOLTS or smu.OUTPUT_DCAMPS
  smu.source["level" .. kind] = 0
  smu.source.output = smu.OUTPUT_ON
  for k = 1, table.getn(points) do
    smu.source["level" .. kind] = points[k]
    if settle > 0 then
      delay(settle)
    end
    smu.measure[measure](buffer)
  end
  smu.source.output = smu.OUTPUT_OFF
end

local function linear(start, stop, count)
  local points = {}
  for k = 1, count do
    points[k] = count > 1 and start + (stop - start) * (k - 1) / (count - 1) or start
  end
  return points
end

local function logarithmic(start, stop, count)
  local points = {}
  for k = 1, count do
    points[k] = count > 1 and start * (stop / start) ^ ((k - 1) / (count - 1)) or start
  end
  return points
end

local function head(list, count)
  local points = {}
  for k = 1, math.min(count or table.getn(list), table.getn(list)) do
    points[k] = list[k]
  end
  return points
end

function SweepVLinMeasureI(smu, start, stop, settle, count)
  sweep(smu, "v", linear(start, stop, count), settle, "i")
end
function SweepILinMeasureV(smu, start, stop, settle, count)
  sweep(smu, "i", linear(start, stop, count), settle, "v")
end
function SweepVLogMeasureI(smu, start, stop, settle, count)
  sweep(smu, "v", logarithmic(start, stop, count), settle, "i")
end
function SweepILogMeasureV(smu, start, stop, settle, count)
  sweep(smu, "i", logarithmic(start, stop, count), settle, "v")
end
function SweepVListMeasureI(smu, list, settle, count)
  sweep(smu, "v", head(list, count), settle, "i")
end
function SweepIListMeasureV(smu, list, settle, count)
  sweep(smu, "i", head(list, count), settle, "v")
end

local function pulse_and_measure(smu, kind, measure, bias, level, on, off, points)
  local buffer = smu.nvbuffer1
  buffer.clear()
  buffer.appendmode = 1
  buffer.collecttimestamps = 1
  buffer.collectsourcevalues = 1
  smu.source.func = kind == "v" and smu.OUTPUT_DCVOLTS or smu.OUTPUT_DCAMPS
  smu.source["level" .. kind] = bias
  smu.source.output = smu.OUTPUT_ON
  delay(off)
  for k = 1, points do
    smu.source["level" .. kind] = level
    delay(on)
    smu.measure[measure](buffer)
    smu.source["level" .. kind] = bias
    delay(off)
  end
  smu.source.output = smu.OUTPUT_OFF
end

function PulseVMeasureI(smu, bias, level, on, off, points)
  pulse_and_measure(smu, "v", "i", bias, level, on, off, points)
end
function PulseIMeasureV(smu, bias, level, on, off, points)
  pulse_and_measure(smu, "i", "v", bias, level, on, off, points)
end

-- KIPulse: a pulse train is checked and kept under a tag, then run by the trigger model and three timers. The checks
-- come in the order of the instrument: buffer, source autorange, aperture, autozero.

local SHORTEST_PULSE, MEASURE_TIME = 100e-6, 60e-6

local function refused(smu, train)
  local source = smu.source
  if not (train.on and train.on >= SHORTEST_PULSE) then
    return "Pulse width too small"
  elseif not (train.off and train.off >= SHORTEST_PULSE) then
    return "Pulse off time too small"
  elseif not (train.points and train.points >= 1) then
    return "Number of points must be at least 1"
  elseif train.buffer and train.points > 1 and train.buffer.appendmode ~= 1 then
    return "Buffer must have appendmode activated to measure multiple pulses"
  elseif source["autorange" .. train.kind] ~= 0 then
    return "Source autorange must be disabled"
  elseif train.buffer then
    if smu.measure.nplc / localnode.linefreq + MEASURE_TIME > train.on then
      return "Measurement aperture greater than pulse width"
    elseif smu.measure.autozero == smu.AUTOZERO_AUTO then
      return "Measure autozero must be off"
    end
  end
  local reach = source["range" .. train.kind] * 1.01
  for k = 1, table.getn(train.levels) do
    if math.abs(train.levels[k]) > reach then
      return "Pulse level exceeds the source range"
    end
  end
  if math.abs(train.bias) > reach then
    return "Bias level exceeds the source range"
  end
end

local function configure(kind, smu, bias, levels, limit, on, off, points, buffer, tag, line_in, line_out, wait, abort)
  local train = {
    kind = kind, smu = smu, bias = bias, levels = levels, limit = limit, on = on, off = off, points = points,
    buffer = buffer, tag = tag, line_in = line_in, line_out = line_out, wait = wait or 10, abort = abort ~= false,
  }
  if type(tag) ~= "number" then
    return false, "Tag must be a number"
  elseif not bias or not limit or not levels then
    return false, "Missing parameter"
  end
  local problem = refused(smu, train)
  if problem then
    return false, problem
  end
  pulses[tag] = train
  return true, string.format("Pulse %d configured.", tag)
end

local function configurer(kind, spread)
  if not spread then
    return function(smu, bias, level, limit, ...)
      return configure(kind, smu, bias, level and { level }, limit, ...)
    end
  end
  return function(smu, bias, start, stop, limit, on, off, points, ...)
    local levels = start and stop and points and spread(start, stop, points)
    return configure(kind, smu, bias, levels, limit, on, off, points, ...)
  end
end

ConfigPulseVMeasureI = configurer("v")
ConfigPulseIMeasureV = configurer("i")
ConfigPulseVMeasureISweepLin = configurer("v", linear)
ConfigPulseIMeasureVSweepLin = configurer("i", linear)
ConfigPulseVMeasureISweepLog = configurer("v", logarithmic)
ConfigPulseIMeasureVSweepLog = configurer("i", logarithmic)

function ConfigPulseVMeasureISweepList(smu, bias, list, limit, on, off, points, ...)
  return configure("v", smu, bias, list and head(list, points), limit, on, off, points, ...)
end
function ConfigPulseIMeasureVSweepList(smu, bias, list, limit, on, off, points, ...)
  return configure("i", smu, bias, list and head(list, points), limit, on, off, points, ...)
end

-- Timers: first = period, second = measurement, third = width. The aperture ends with the pulse.

local function prepare(train, first)
  local smu = train.smu
  local period, reading, width = trigger.timer[first], trigger.timer[first + 1], trigger.timer[first + 2]
  smu.source.func = train.kind == "v" and smu.OUTPUT_DCVOLTS or smu.OUTPUT_DCAMPS
  smu.source["level" .. train.kind] = train.bias
  smu.trigger.source["list" .. train.kind](train.levels)
  smu.trigger.source["limit" .. (train.kind == "v" and "i" or "v")] = train.limit
  smu.trigger.source.action = smu.ENABLE
  smu.trigger.count = train.points
  smu.trigger.arm.count = 1
  smu.trigger.arm.stimulus = 0
  smu.trigger.endpulse.action = smu.SOURCE_IDLE
  smu.trigger.endsweep.action = smu.SOURCE_IDLE
  for k = 0, 2 do
    trigger.timer[first + k].reset()
  end
  width.delay = train.on
  local start
  if train.line_in then
    digio.trigger[train.line_in].clear()
    start = digio.trigger[train.line_in].EVENT_ID
  elseif train.points > 1 then
    period.delay = train.on + train.off
    period.count = train.points - 1
    period.passthrough = true
    period.stimulus = smu.trigger.ARMED_EVENT_ID
    start = period.EVENT_ID
  else
    start = smu.trigger.ARMED_EVENT_ID
  end
  smu.trigger.source.stimulus = start
  width.stimulus = start
  smu.trigger.endpulse.stimulus = width.EVENT_ID
  if train.line_out then
    digio.trigger[train.line_out].stimulus = start
  end
  smu.trigger.measure.stimulus = 0
  smu.trigger.measure.action = smu.DISABLE
  if train.buffer then
    reading.delay = train.on - smu.measure.nplc / localnode.linefreq - MEASURE_TIME
      + (train.on - smu.measure.nplc / localnode.linefreq - MEASURE_TIME < 8e-6 and 8e-6 or 0)
    reading.stimulus = start
    smu.trigger.measure[train.kind == "v" and "i" or "v"](train.buffer)
    smu.trigger.measure.stimulus = reading.EVENT_ID
    smu.trigger.measure.action = smu.ENABLE
  end
end

local function initiate(...)
  local trains = { ... }
  for k = 1, table.getn(trains) do
    if not trains[k] then
      return false, "Pulse tag is not configured"
    end
    local problem = refused(trains[k].smu, trains[k])
    if problem then
      return false, problem
    end
    prepare(trains[k], 3 * (k - 1) + 1)
  end
  for k = 1, table.getn(trains) do
    trains[k].smu.trigger.initiate()
  end
  waitcomplete()
  return true, "Pulse completed"
end

function InitiatePulseTest(tag)
  return initiate(pulses[tag] or false)
end

function InitiatePulseTestDual(first, second)
  return initiate(pulses[first] or false, pulses[second] or false)
end

function QueryPulseConfig(tag)
  local train = pulses[tag]
  if not train then
    return nil
  end
  local found = { func = train.kind == "v" and "volts" or "amps", type = "pulse" }
  for name, value in pairs(train) do
    found[name] = value
  end
  function found.tostring()
    return string.format(
      "tag = %g\nfunc = %s\ntype = %s\nbias = %g\nlevel = %g\nlimit = %g\ntime on = %g\ntime off = %g\npoints = %g",
      train.tag, found.func, found.type, train.bias, train.levels[1], train.limit, train.on, train.off, train.points
    )
  end
  return found
end

-- A system of one node: node[1] is the instrument itself.

node = { setmetatable({}, { __index = _G }) }
