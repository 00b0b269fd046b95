"""Lua functions that the driver puts into a 2600B once, when it opens it; sequences are written in their terms.

Kept to Lua 5.0, which a 2600B speaks. A sequence is a function of one argument `step`, with loops as loops, that is
run to lay it out for the trigger model, or to play it from the script.

`lay` fills tables with one row a trigger: source level, time to the next one, delay of the reading. `arm` gives them to
the SMU trigger model, whose clock is a trigger timer (reference manual 2600BS-901-01, sections Triggering, Timers):

- timer 1 of four: the source edges, its first event passed through when the model is armed, then a delay list;
- timer 2: from each source event to its measurement;
- timers 3 and 4: the pulses on a digital line, where steps ask for them; 4 waits for the first of them.

`ready` sets the pulses up for a recording, which `record` starts: an overlapped measurement. `play` runs a sequence
from the script.
"""

LEAD = 10_000
"""From a source event that only repeats a level to its reading (ns); a trigger timer's shortest delay is 8 us."""

LIST_MEAN = 50_000
"""The mean of a delay list of more than one value may not be below this (ns; reference manual, `delaylist`)."""

LIBRARY = f"""
labkit = {{}}

function labkit.column(list, n, unit)
  local same = true
  for k = 2, n do if list[k] ~= list[1] then same = false break end end
  if same then return {{list[1] * unit}} end
  for k = 1, n do list[k] = list[k] * unit end
  return list
end

function labkit.marks(sequence)
  local m = {{n = 0, gap = {{}}}}
  local since = 0
  sequence(function(level, duration, count, first, period, trigger)
    if trigger then
      if m.n == 0 then m.first = since else m.gap[m.n] = since end
      m.n = m.n + 1
      since = 0
    end
    since = since + duration
  end)
  if m.n > 1 then m.gap = labkit.column(m.gap, m.n - 1, 1e-9) end
  return m
end

function labkit.rows(sequence, lead)
  local t = {{n = 0, level = {{}}, wait = {{}}, delay = {{}}}}
  local sum = 0
  local function add(level, wait, delay)
    local n = t.n + 1
    t.n = n
    t.level[n] = level
    t.wait[n] = wait
    t.delay[n] = delay
    sum = sum + delay
  end
  sequence(function(level, duration, count, first, period)
    if first < lead then first = lead end
    if count < 1 then add(level, duration, lead)
    elseif count == 1 then add(level, duration, first)
    else
      add(level, first + period - lead, first)
      for k = 3, count do add(level, period, lead) end
      add(level, duration - first - (count - 1) * period + lead, lead)
    end
  end)
  return t, sum
end

function labkit.lay(sequence)
  local t, sum = labkit.rows(sequence, {LEAD})
  t.delay = labkit.column(t.delay, t.n, 1e-9)
  if t.delay[2] and sum < t.n * {LIST_MEAN} then
    t, sum = labkit.rows(sequence, {LIST_MEAN})
    t.delay = labkit.column(t.delay, t.n, 1e-9)
  end
  t.level = labkit.column(t.level, t.n, 1)
  t.wait = labkit.column(t.wait, t.n, 1e-9)
  t.marks = labkit.marks(sequence)
  return t
end

function labkit.arm(smu, t, first, line, returns)
  local edge, reading = trigger.timer[first], trigger.timer[first + 1]
  smu.trigger.source.listv(t.level)
  smu.trigger.source.action = smu.ENABLE
  smu.trigger.measure.i(smu.nvbuffer1)
  smu.trigger.measure.action = smu.ENABLE
  smu.trigger.endpulse.action = smu.SOURCE_HOLD
  smu.trigger.endpulse.stimulus = 0
  smu.trigger.endsweep.action = returns and smu.SOURCE_IDLE or smu.SOURCE_HOLD
  smu.trigger.arm.stimulus = 0
  smu.trigger.arm.count = 1
  smu.trigger.count = t.n
  for k = 0, 3 do trigger.timer[first + k].reset() end
  reading.delaylist = t.delay
  smu.trigger.measure.stimulus = reading.EVENT_ID
  if t.n > 1 then
    edge.delaylist = t.wait
    edge.count = t.n - 1
    edge.passthrough = true
    edge.stimulus = smu.trigger.ARMED_EVENT_ID
    smu.trigger.source.stimulus = edge.EVENT_ID
    reading.stimulus = edge.EVENT_ID
  else
    smu.trigger.source.stimulus = 0
    reading.stimulus = smu.trigger.ARMED_EVENT_ID
  end
  if line > 0 then labkit.pulse(smu.trigger.ARMED_EVENT_ID, t.marks, first, line) end
end

function labkit.pulse(start, marks, first, line)
  local pulse, wait = trigger.timer[first + 2], trigger.timer[first + 3]
  if marks.n < 1 then start = 0
  elseif marks.first > 0 then
    wait.delay = marks.first * 1e-9
    wait.stimulus = start
    start = wait.EVENT_ID
  end
  if marks.n > 1 then
    pulse.delaylist = marks.gap
    pulse.count = marks.n - 1
    pulse.passthrough = true
    pulse.stimulus = start
    start = pulse.EVENT_ID
  end
  digio.trigger[line].stimulus = start
end

function labkit.ready(marks, first, line, start)
  for k = 0, 3 do trigger.timer[first + k].reset() end
  if line > 0 then labkit.pulse(start.EVENT_ID, marks, first, line) end
end

function labkit.record(smu, count, interval, start)
  smu.measure.count = count
  smu.measure.interval = interval
  start.assert()
  smu.measure.overlappedi(smu.nvbuffer1)
end

function labkit.play(smu, sequence, line)
  local source, measure, buffer = smu.source, smu.measure, smu.nvbuffer1
  local edge = 0
  local function wait(instant)
    local left = instant * 1e-9 - timer.measure.t()
    if left > 0 then delay(left) end
  end
  local function step(level, duration, count, first, period, trigger)
    wait(edge)
    source.levelv = level
    if trigger then digio.trigger[line].assert() end
    if count > 0 and period < 1e9 then
      wait(edge + first)
      measure.count = count
      measure.interval = period * 1e-9
      measure.i(buffer)
    else
      measure.count = 1
      for k = 0, count - 1 do
        wait(edge + first + k * period)
        measure.i(buffer)
      end
    end
    edge = edge + duration
  end
  timer.reset()
  sequence(step)
  wait(edge)
  measure.count = 1
end
"""
