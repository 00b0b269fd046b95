// The line multiplexer: 8 rows, 8 columns, 64 relays, one line of text for each command.
// The protocol is in ../line-multiplexer.md. Switch the relays cold: bring the sources to zero first.
//
// Relay drivers: eight 74HC595 shift registers in a chain, one for each row, each followed by a ULN2803A. Output Q0 of the
// register next to the Arduino is row 1, column 1. Pull OUTPUT_ENABLE up to 5 V with 10 kohm: then no relay can close
// before this program runs. An Arduino Mega can drive the 64 ULN2803A inputs itself: set SHIFT_REGISTERS to 0, and row r,
// column c is on pin FIRST_PIN + 8 (r - 1) + c - 1.

#define SHIFT_REGISTERS 1

const char SERIAL_NUMBER[] = "0001";
const char VERSION[] = "1.0";

const uint8_t ROWS = 8;
const uint8_t COLUMNS = 8;
const unsigned long BAUD = 115200;
const unsigned long DELAY_AT_POWER_ON = 5;      // ms
const unsigned long LONGEST_DELAY = 10000;      // ms
const unsigned long SHORTEST_WATCHDOG = 100;    // ms
const unsigned long LONGEST_WATCHDOG = 3600000; // ms
const int LONGEST_LINE = 280;                   // the 64 crosspoints of a full list need 266

#if SHIFT_REGISTERS
const uint8_t DATA_PIN = 11;
const uint8_t CLOCK_PIN = 13;
const uint8_t LATCH_PIN = 10;
const uint8_t OUTPUT_ENABLE_PIN = 9;
#else
const uint8_t FIRST_PIN = 4; // 4 to 67 on a Mega: 0 and 1 are the serial line
#endif

enum Fault { NO_FAULT, DATA_TYPE, NOT_ALLOWED, MISSING, UNDEFINED, OUT_OF_RANGE, OVERRUN };

uint8_t closed[ROWS];   // bit c - 1 of closed[r - 1] is row r, column c
uint8_t selected[ROWS]; // the crosspoints that the present line names
unsigned long settlingTime = DELAY_AT_POWER_ON;
unsigned long watchdogTime = 0;
unsigned long lastHeard = 0;
bool watchdogFired = false;
char line[LONGEST_LINE + 1];
int lineLength = 0;
bool overrun = false;

// Relays

void driveRelays() {
#if SHIFT_REGISTERS
  digitalWrite(LATCH_PIN, LOW);
  for (int8_t row = ROWS - 1; row >= 0; row--) { // what is sent first ends up in the last register
    shiftOut(DATA_PIN, CLOCK_PIN, MSBFIRST, closed[row]);
  }
  digitalWrite(LATCH_PIN, HIGH);
#else
  for (uint8_t row = 0; row < ROWS; row++) {
    for (uint8_t column = 0; column < COLUMNS; column++) {
      digitalWrite(FIRST_PIN + COLUMNS * row + column, (closed[row] >> column) & 1 ? HIGH : LOW);
    }
  }
#endif
}

void openAll() {
  for (uint8_t row = 0; row < ROWS; row++) closed[row] = 0;
  driveRelays();
}

bool anyClosed() {
  for (uint8_t row = 0; row < ROWS; row++) {
    if (closed[row]) return true;
  }
  return false;
}

// Reading a line

const char *skipBlanks(const char *text) {
  while (*text == ' ' || *text == '\t') text++;
  return text;
}

// Gives where the number ends, or the null pointer when there is none of at most three digits.
const char *readNumber(const char *text, int *number) {
  int digits = 0;
  *number = 0;
  while (*text >= '0' && *text <= '9' && digits < 4) {
    *number = 10 * *number + (*text++ - '0');
    digits++;
  }
  return digits >= 1 && digits <= 3 ? text : nullptr;
}

// Reads "1,3;2,4" into `selected`. The whole list is read before its range is judged, as a data type error goes first.
Fault readCrosspoints(const char *text) {
  bool outOfRange = false;
  for (uint8_t row = 0; row < ROWS; row++) selected[row] = 0;
  while (true) {
    int row, column;
    text = readNumber(skipBlanks(text), &row);
    if (!text) return DATA_TYPE;
    text = skipBlanks(text);
    if (*text++ != ',') return DATA_TYPE;
    text = readNumber(skipBlanks(text), &column);
    if (!text) return DATA_TYPE;
    text = skipBlanks(text);
    if (row < 1 || row > ROWS || column < 1 || column > COLUMNS) {
      outOfRange = true;
    } else {
      selected[row - 1] |= (uint8_t)(1 << (column - 1));
    }
    if (*text == '\0') break;
    if (*text++ != ';') return DATA_TYPE;
  }
  return outOfRange ? OUT_OF_RANGE : NO_FAULT;
}

// Reads a decimal number of seconds as milliseconds; finer digits are dropped.
Fault readTime(const char *text, unsigned long longest, unsigned long *milliseconds) {
  unsigned long time = 0;
  int before = 0, after = 0;
  while (*text >= '0' && *text <= '9') {
    if (++before > 7) return DATA_TYPE;
    time = 10 * time + (unsigned long)(*text++ - '0');
  }
  if (time > LONGEST_WATCHDOG / 1000) time = LONGEST_WATCHDOG / 1000 + 1; // beyond every limit, and safe to multiply
  time *= 1000;
  if (*text == '.') {
    text++;
    unsigned long weight = 100;
    while (*text >= '0' && *text <= '9') {
      time += weight * (unsigned long)(*text++ - '0');
      weight /= 10;
      after = 1;
    }
  }
  if (*text != '\0' || (before == 0 && after == 0)) return DATA_TYPE;
  if (time > longest) return OUT_OF_RANGE;
  *milliseconds = time;
  return NO_FAULT;
}

// Answers

void answer(const char *text) {
  Serial.print(text);
  Serial.print('\n');
}

void answerFault(Fault fault) {
  switch (fault) {
    case DATA_TYPE: answer("ERR -104 Data type error"); break;
    case NOT_ALLOWED: answer("ERR -108 Parameter not allowed"); break;
    case MISSING: answer("ERR -109 Missing parameter"); break;
    case UNDEFINED: answer("ERR -113 Undefined header"); break;
    case OUT_OF_RANGE: answer("ERR -222 Data out of range"); break;
    case OVERRUN: answer("ERR -363 Input buffer overrun"); break;
    case NO_FAULT: answer("OK"); break;
  }
}

void answerSettled() {
  delay(settlingTime);
  answer("OK");
}

void answerTime(unsigned long milliseconds) {
  Serial.print(milliseconds / 1000);
  Serial.print('.');
  unsigned long fraction = milliseconds % 1000;
  if (fraction < 100) Serial.print('0');
  if (fraction < 10) Serial.print('0');
  Serial.print(fraction);
  Serial.print('\n');
}

void answerClosed() {
  bool first = true;
  for (uint8_t row = 0; row < ROWS; row++) {
    for (uint8_t column = 0; column < COLUMNS; column++) {
      if (!((closed[row] >> column) & 1)) continue;
      if (!first) Serial.print(';');
      Serial.print((unsigned long)(row + 1));
      Serial.print(',');
      Serial.print((unsigned long)(column + 1));
      first = false;
    }
  }
  answer(first ? "NONE" : "");
}

void answerIdentity() {
  Serial.print("labkit,MUX");
  Serial.print((unsigned long)ROWS);
  Serial.print('x');
  Serial.print((unsigned long)COLUMNS);
  Serial.print(',');
  Serial.print(SERIAL_NUMBER);
  Serial.print(',');
  answer(VERSION);
}

void answerError() {
  answer(watchdogFired ? "1 Watchdog opened all relays" : "0 No error");
  watchdogFired = false;
}

// Commands

void switchRelays(const char *list, bool close) {
  Fault fault = readCrosspoints(list);
  if (fault != NO_FAULT) {
    answerFault(fault);
    return;
  }
  for (uint8_t row = 0; row < ROWS; row++) {
    closed[row] = (uint8_t)(close ? closed[row] | selected[row] : closed[row] & ~selected[row]);
  }
  driveRelays();
  answerSettled();
}

void setWatchdog(const char *text) {
  unsigned long time;
  Fault fault = readTime(text, LONGEST_WATCHDOG, &time);
  if (fault == NO_FAULT && time > 0 && time < SHORTEST_WATCHDOG) fault = OUT_OF_RANGE;
  if (fault == NO_FAULT) watchdogTime = time;
  answerFault(fault);
}

void reset() {
  settlingTime = DELAY_AT_POWER_ON;
  watchdogTime = 0;
  openAll();
  answerSettled();
}

void openRelays(const char *list) {
  if (strcmp(list, "ALL")) {
    switchRelays(list, false);
    return;
  }
  openAll();
  answerSettled();
}

void closeRelays(const char *list) { switchRelays(list, true); }

void setDelay(const char *text) { answerFault(readTime(text, LONGEST_DELAY, &settlingTime)); }

void answerDelay() { answerTime(settlingTime); }

void answerWatchdog() { answerTime(watchdogTime); }

struct Query {
  const char *header;
  void (*act)();
};

struct Command {
  const char *header;
  void (*act)(const char *parameter);
};

const Query QUERIES[] = {{"*IDN?", answerIdentity}, {"*RST", reset},
                         {"ROUT:CLOS?", answerClosed}, {"ROUT:DEL?", answerDelay},
                         {"SYST:WDOG?", answerWatchdog}, {"SYST:ERR?", answerError}};

const Command COMMANDS[] = {{"ROUT:CLOS", closeRelays}, {"ROUT:OPEN", openRelays},
                            {"ROUT:DEL", setDelay}, {"SYST:WDOG", setWatchdog}};

// Acts on a line in capitals: its header up to the first blank, and what follows.
void act(const char *header, const char *parameter) {
  for (const Query &query : QUERIES) {
    if (strcmp(header, query.header)) continue;
    if (*parameter) answerFault(NOT_ALLOWED);
    else query.act();
    return;
  }
  for (const Command &command : COMMANDS) {
    if (strcmp(header, command.header)) continue;
    if (*parameter) command.act(parameter);
    else answerFault(MISSING);
    return;
  }
  answerFault(UNDEFINED);
}

void actOnLine(char *text) {
  for (char *letter = text; *letter; letter++) *letter = (char)toupper(*letter);
  char *blank = strchr(text, ' ');
  if (blank) *blank = '\0';
  act(text, blank ? skipBlanks(blank + 1) : "");
}

// Takes the white space off both ends of the line; gives its beginning.
char *trimLine() {
  while (lineLength > 0 && isspace(line[lineLength - 1])) lineLength--;
  line[lineLength] = '\0';
  return line + (skipBlanks(line) - line);
}

void endLine() {
  char *text = trimLine();
  if (overrun || *text) lastHeard = millis();
  if (overrun) answerFault(OVERRUN);
  else if (*text) actOnLine(text);
  lineLength = 0;
  overrun = false;
}

void setup() {
#if SHIFT_REGISTERS
  digitalWrite(OUTPUT_ENABLE_PIN, HIGH);
  pinMode(OUTPUT_ENABLE_PIN, OUTPUT);
  pinMode(DATA_PIN, OUTPUT);
  pinMode(CLOCK_PIN, OUTPUT);
  pinMode(LATCH_PIN, OUTPUT);
  openAll();
  digitalWrite(OUTPUT_ENABLE_PIN, LOW); // the registers hold zeros now
#else
  for (uint8_t pin = 0; pin < ROWS * COLUMNS; pin++) {
    digitalWrite(FIRST_PIN + pin, LOW);
    pinMode(FIRST_PIN + pin, OUTPUT);
  }
  openAll();
#endif
  Serial.begin(BAUD);
  lastHeard = millis();
}

void loop() {
  while (Serial.available() > 0) {
    char letter = (char)Serial.read();
    if (letter == '\n') endLine();
    else if (lineLength < LONGEST_LINE) line[lineLength++] = letter;
    else overrun = true;
  }
  if (watchdogTime && anyClosed() && millis() - lastHeard > watchdogTime) {
    openAll();
    watchdogFired = true;
  }
}
